// Column filters: at every keystroke, together, without a request.
import { COLUMN } from '../harness/log-page.ts';
import { expect, test } from '../harness/test.ts';

test('each value of a dropdown stands with its count, and several may be chosen', async ({ page, log }) => {
  await log.openManual();
  const panel = await log.dropdown('Status');
  const labels = await panel.getByRole('checkbox').all();
  const names = await Promise.all(labels.map((box) => box.evaluate((e) => e.closest('label')?.innerText)));
  expect(names.map((name) => name?.replace(/\s+/g, ' ').trim())).toEqual([
    'Waiting 1',
    'Sent 8',
    'Error 2',
    'Canceled 1',
  ]);
  await panel.getByRole('checkbox', { name: 'Error' }).check();
  await expect(log.rows).toHaveCount(2);
  await panel.getByRole('checkbox', { name: 'Canceled' }).check();
  await expect(log.rows).toHaveCount(3);
  await page.keyboard.press('Escape');
  await expect(panel).toBeHidden();
  expect(new Set(await log.column(COLUMN.status))).toEqual(new Set(['Error', 'Canceled']));
  await expect(log.counts).toHaveText('Showing 3 of 12');
});

for (const [column, number, value, count] of [
  ['Message Type', COLUMN.type, 'Message Builder', 3],
  ['District/School', COLUMN.school, 'Plainview Schools', 1],
  ['Sender', COLUMN.sender, 'Matthews, Dexter', 1],
] as const) {
  test(`${column} is filtered by choosing`, async ({ log }) => {
    await log.openManual();
    const panel = await log.dropdown(column);
    await panel.getByRole('checkbox', { name: value }).check();
    await expect(log.rows).toHaveCount(count);
    expect(new Set(await log.column(number))).toEqual(new Set([value]));
    await panel.getByRole('button', { name: 'Clear' }).click();
    await expect(log.rows).toHaveCount(12);
  });
}

test('Message Subject is filtered by a part of it, whatever its case', async ({ log }) => {
  await log.openManual();
  await log.filter('Message Subject').pressSequentially('PARKing/');
  await expect(log.rows).toHaveCount(6);
  expect(new Set(await log.column(COLUMN.subject))).toEqual(new Set(['Parking/Driving Violation']));
  await log.filter('Message Subject').fill("'; drop table messages; --");
  await expect(log.page.getByText('No message matches the filters.')).toBeVisible();
  await log.page.getByRole('button', { name: 'Clear the filters' }).click();
  await expect(log.rows).toHaveCount(12);
});

for (const [typed, count] of [
  ['01/31', 12],
  ['1/31/2020', 12],
  ['2020', 12],
  ['10:24 am', 2],
  ['  10:24    AM ', 2],
  ['01:39 PM', 1],
  ['1:39pm', 1],
  ['pm', 5],
  ['1:0', 4],
  ['13:39', 0],
] as const) {
  test(`Date Created finds ${count} of 12 by "${typed}"`, async ({ log }) => {
    await log.openManual();
    await log.filter('Date Created').fill(typed);
    if (count === 0) await expect(log.page.getByText('No message matches the filters.')).toBeVisible();
    await expect(log.rows.filter({ visible: true })).toHaveCount(count);
  });
}

test('Date Scheduled is filtered by its own dates', async ({ log }) => {
  await log.openManual();
  await log.filter('Date Scheduled').fill('10:35');
  await expect(log.rows).toHaveCount(2);
  await log.filter('Date Scheduled').fill('10:24');
  await expect(log.page.getByText('No message matches the filters.')).toBeVisible();
});

test('an empty date field says how dates are written, and again once it is cleared', async ({ page, log }) => {
  await log.openManual();
  const field = log.filter('Date Created');
  const hint = page.getByPlaceholder('MM/DD/YYYY h:MM AM').first();
  await expect(hint).toHaveAccessibleName('Filter Date Created');
  await field.pressSequentially('1/3');
  await expect(hint).toHaveAccessibleName('Filter Date Scheduled');
  await field.press('Escape');
  await expect(hint).toHaveAccessibleName('Filter Date Created');
});

test('filters combine, are listed, and go one by one or at once', async ({ page, log }) => {
  await log.openManual();
  const panel = await log.dropdown('Status');
  await panel.getByRole('checkbox', { name: 'Sent' }).check();
  await page.keyboard.press('Escape');
  await log.filter('Message Subject').fill('park');
  await log.filter('Date Created').fill('pm');
  await expect(log.rows).toHaveCount(4);

  const active = page.getByRole('list', { name: 'Active filters' });
  await expect(active.getByRole('listitem')).toHaveCount(3);
  await active.getByRole('button', { name: 'Remove filter Date Created: “pm”' }).click();
  await expect(log.rows).toHaveCount(6);
  await expect(log.filter('Date Created')).toHaveValue('');
  await page.getByRole('button', { name: 'Clear all filters' }).click();
  await expect(log.rows).toHaveCount(12);
  await expect(active).toBeHidden();
});

test('typing asks the server nothing', async ({ page, log }) => {
  await log.openManual();
  await expect(log.rows).toHaveCount(12);
  const requests: string[] = [];
  // Chromium itself asks for the icon again when the address changes.
  page.on('request', (request) => {
    if (!request.url().endsWith('/favicon.svg')) requests.push(request.url());
  });
  await log.filter('Message Subject').pressSequentially('parking');
  await log.filter('Date Created').pressSequentially('1/31/2020 1');
  await log.filter('Date Scheduled').pressSequentially('pm');
  await log.filter('ScheduleID').pressSequentially('7');
  const panel = await log.dropdown('Sender');
  await panel.getByRole('checkbox').first().check();
  await page.keyboard.press('Escape');
  await log.sort('Sender');
  // The address follows a moment after the last key; by then any request would have been made.
  await expect(page).toHaveURL(/subject=parking.*sort=sender/);
  expect(requests).toEqual([]);
});

test.describe('in a district of sixty schools', () => {
  test.use({ district: 'demo' });

  test('a long dropdown can be searched', async ({ log }) => {
    await log.open('?from=2000-01-01&to=2100-01-01');
    await expect(log.rows.first()).toBeVisible();
    const panel = await log.dropdown('District/School');
    const all = await panel.getByRole('checkbox').count();
    expect(all).toBeGreaterThan(20);
    await panel.getByRole('searchbox', { name: 'Search District/School' }).fill('high');
    await expect.poll(() => panel.getByRole('checkbox').count()).toBeLessThan(all);
    const first = panel.getByRole('checkbox').first();
    await first.check();
    await expect(log.counts).toHaveText(/^Showing [\d,]+ of 4,000 \([\d,]+ in range\)$/);
    expect(new Set((await log.column(COLUMN.school)).map((name) => /high/i.test(name)))).toEqual(new Set([true]));
  });

  test('ScheduleID is filtered by a part of it', async ({ log }) => {
    await log.open('?from=2000-01-01&to=2100-01-01');
    await expect(log.rows.first()).toBeVisible();
    await log.filter('ScheduleID').fill('1');
    await expect(log.counts).toHaveText(/^Showing [\d,]+ of 4,000/);
    for (const id of await log.column(COLUMN.schedule)) expect(id).toContain('1');
  });
});
