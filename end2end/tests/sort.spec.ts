// Sorting: ascending, descending, then newest first again; stable, with empty values last.
import { COLUMN } from '../harness/log-page.ts';
import { expect, test } from '../harness/test.ts';

test('a header sorts ascending, then descending, then newest first again', async ({ log }) => {
  await log.openManual();
  const newest = await log.column(COLUMN.created);
  const header = log.header('Message Subject');
  await expect(header).toHaveAttribute('aria-sort', 'none');

  await log.sort('Message Subject');
  await expect(header).toHaveAttribute('aria-sort', 'ascending');
  await expect(log.rows.first()).toContainText('Evaluation Due');

  await log.sort('Message Subject');
  await expect(header).toHaveAttribute('aria-sort', 'descending');
  await expect(log.rows.first()).toContainText('Student Missing Assignments');

  await log.sort('Message Subject');
  await expect(header).toHaveAttribute('aria-sort', 'none');
  expect(await log.column(COLUMN.created)).toEqual(newest);
});

test('rows alike keep their order, whichever way they are sorted', async ({ log }) => {
  await log.openManual();
  const created = async () => {
    const [subjects, dates] = await Promise.all([log.column(COLUMN.subject), log.column(COLUMN.created)]);
    return dates.filter((_, at) => subjects[at]?.startsWith('Parking'));
  };
  const newest = await created();
  expect(newest).toHaveLength(6);
  await log.sort('Message Subject');
  await expect(log.header('Message Subject')).toHaveAttribute('aria-sort', 'ascending');
  expect(await created()).toEqual(newest);
  await log.sort('Message Subject');
  await expect(log.header('Message Subject')).toHaveAttribute('aria-sort', 'descending');
  expect(await created()).toEqual(newest);
});

test('dates sort by instant, not by their digits', async ({ log }) => {
  await log.openManual();
  await log.sort('Date Created');
  await expect(log.rows.first()).toContainText('10:00 AM');
  await expect(log.rows.last()).toContainText('3:00 PM');
  await log.sort('Date Created');
  await expect(log.rows.first()).toContainText('3:00 PM');
});

test('a sort of another column replaces the first', async ({ log }) => {
  await log.openManual();
  await log.sort('Status');
  await log.sort('Sender');
  await expect(log.header('Status')).toHaveAttribute('aria-sort', 'none');
  await expect(log.header('Sender')).toHaveAttribute('aria-sort', 'ascending');
  await expect(log.rows.last()).toContainText('Matthews, Dexter');
});

test.describe('in a district with schedulers', () => {
  test.use({ district: 'demo' });

  test('ScheduleID sorts by number, and rows without one come last both ways', async ({ log }) => {
    await log.open('?from=2000-01-01&to=2100-01-01&sort=schedule');
    await expect(log.rows.first()).toBeVisible();
    const ascending = (await log.column(COLUMN.schedule)).map(Number);
    expect(ascending[0]).toBeGreaterThan(0);
    expect(ascending).toEqual([...ascending].sort((a, b) => a - b));
    await log.sort('ScheduleID');
    await expect(log.header('ScheduleID')).toHaveAttribute('aria-sort', 'descending');
    // Rows beyond the edge of the screen follow a moment later.
    await expect(async () => {
      const descending = (await log.column(COLUMN.schedule)).map(Number);
      expect(descending[0]).toBeGreaterThan(ascending[0] ?? 0);
      expect(descending).toEqual([...descending].sort((a, b) => b - a));
    }).toPass();
  });
});
