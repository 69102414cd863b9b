// Finding messages: the manual's own screens, and the days one may and may not ask for.
import { COLUMN } from '../harness/log-page.ts';
import { expect, test } from '../harness/test.ts';

const MANUAL = [
  'Sent|Behavior|Harrison High|Parking/Driving Violation|Administrator, System|01/31/2020 3:00 PM|01/31/2020 3:00 PM|',
  'Sent|Behavior|Harrison High|Parking/Driving Violation|Administrator, System|01/31/2020 2:00 PM|01/31/2020 2:00 PM|',
  'Waiting|Message Builder|Harrison High|Library Hours|Administrator, System|01/31/2020 1:39 PM|01/31/2020 1:39 PM|',
  'Sent|Behavior|Harrison High|Parking/Driving Violation|Administrator, System|01/31/2020 1:00 PM|01/31/2020 1:00 PM|',
  'Sent|Behavior|Harrison High|Parking/Driving Violation|Administrator, System|01/31/2020 12:00 PM|01/31/2020 12:00 PM|',
  'Sent|Behavior|Harrison High|Parking/Driving Violation|Administrator, System|01/31/2020 11:00 AM|01/31/2020 11:00 AM|',
  'Sent|Behavior|Harrison High|Student Behavior|Administrator, System|01/31/2020 11:00 AM|01/31/2020 11:00 AM|',
  'Error|Missing Assignment|Harrison High|Student Missing Assignments|Administrator, System|01/31/2020 11:00 AM|01/31/2020 11:00 AM|',
  'Canceled|Message Builder|Harrison High|Parent/Teacher Conferences 1st Week in March|Administrator, System|01/31/2020 10:24 AM|01/31/2020 10:35 AM|',
  'Error|Message Builder|Harrison High|Parent/Teacher Conferences 1st Week in March|Administrator, System|01/31/2020 10:24 AM|01/31/2020 10:35 AM|',
  'Sent|Special Ed|Plainview Schools|Evaluation Due|Matthews, Dexter|01/31/2020 10:00 AM|01/31/2020 10:00 AM|',
  'Sent|Behavior|Harrison High|Parking/Driving Violation|Administrator, System|01/31/2020 10:00 AM|01/31/2020 10:00 AM|',
];

test('the screens of 01/31/2020 show as in the manual', async ({ log }) => {
  await log.open();
  await log.find('2020-01-31', '2020-01-31');
  await expect(log.rows).toHaveCount(MANUAL.length);
  const headers = await log.grid.getByRole('columnheader').allInnerTexts();
  expect(headers.map((text) => text.trim())).toEqual([
    'Status',
    'Message Type',
    'District/School',
    'Message Subject',
    'Sender',
    'Date Created',
    'Date Scheduled',
    'ScheduleID',
  ]);
  const columns = await Promise.all(Object.values(COLUMN).map((number) => log.column(number)));
  const rows = MANUAL.map((_, at) => columns.map((column) => column[at]).join('|'));
  expect(rows).toEqual(MANUAL);
  await expect(log.counts).toHaveText(`Showing ${MANUAL.length} messages`);
});

test('the last seven days are searched on opening, and there may be none', async ({ page, log }) => {
  await log.open();
  await expect(page.getByText('No messages were created between these days.')).toBeVisible();
  const [from, to] = await Promise.all([log.day('first').inputValue(), log.day('last').inputValue()]);
  expect(Date.parse(to) - Date.parse(from)).toBe(6 * 86_400_000);
  await expect(page.getByRole('button', { name: 'Last 7 days' })).toHaveAttribute('aria-pressed', 'true');
});

test('both days are included, in the zone of the district', async ({ log }) => {
  await log.open();
  await log.find('2020-01-31', '2020-02-01');
  await expect(log.rows).toHaveCount(MANUAL.length);
  await log.find('2020-01-30', '2020-01-31');
  await expect(log.rows).toHaveCount(MANUAL.length);
  await log.find('2020-02-01', '2020-02-02');
  await expect(log.page.getByText('No messages were created between these days.')).toBeVisible();
});

test('days the wrong way round are refused where they stand', async ({ page, log }) => {
  await log.openManual();
  const requests: string[] = [];
  page.on('request', (request) => requests.push(request.url()));
  await log.find('2020-02-01', '2020-01-31');
  await expect(page.getByRole('alert').filter({ hasText: 'The first day is after the last.' })).toBeVisible();
  await expect(log.day('last')).toHaveAttribute('aria-invalid', 'true');
  await expect(log.rows).toHaveCount(MANUAL.length);
  expect(requests.filter((url) => url.includes('/api/messages'))).toEqual([]);
  await log.find('2020-01-31', '2020-01-31');
  await expect(log.day('last')).toHaveAttribute('aria-invalid', 'false');
});

test('an unfinished day is refused with what to type', async ({ page, log }) => {
  await log.openManual();
  await log.day('last').fill('');
  await page.getByRole('button', { name: 'Find Messages' }).click();
  await expect(page.getByRole('alert').filter({ hasText: 'Enter a day' })).toBeVisible();
});

test('an address with impossible days still opens the page', async ({ page, log }) => {
  await page.goto('/?from=2020-13-45&to=nonsense&sort=bogus&message=x&status=%FF');
  await expect(page.getByRole('heading', { level: 1, name: 'Sent Message Log' })).toBeVisible();
  await expect(page.getByRole('alert').filter({ hasText: /\S/ })).toBeVisible();
  await log.find('2020-01-31', '2020-01-31');
  await expect(log.rows).toHaveCount(MANUAL.length);
});

test.describe('in a district of two years', () => {
  test.use({ district: 'demo' });

  test('the newest 4000 come first, and the next 4000 on request', async ({ page, log }) => {
    await log.open('?from=2000-01-01&to=2100-01-01');
    await expect(log.counts).toHaveText(/^Showing the newest 4,000 of [\d,]{5,}$/);
    await page.getByRole('button', { name: 'Load the next 4,000' }).click();
    await expect(log.counts).toHaveText(/^Showing the newest 8,000 of [\d,]{5,}$/);
    await expect(log.grid).toHaveAttribute('aria-rowcount', '8002');
  });

  test('the next 4000 follow those that one reads, and move nothing', async ({ page, log }) => {
    await log.open('?from=2000-01-01&to=2100-01-01');
    await log.rows.first().focus();
    await page.keyboard.press('End');
    await page.keyboard.press('PageUp');
    const top = () => page.locator('.scroller').evaluate((scroller) => scroller.scrollTop);
    const at = log.grid.locator('tbody [tabindex="0"]');
    const [before, row] = [await top(), await at.textContent()];
    expect(before).toBeGreaterThan(100_000);
    await page.getByRole('button', { name: 'Load the next 4,000' }).click();
    await expect(log.counts).toHaveText(/^Showing the newest 8,000 of/);
    expect(await top()).toBe(before);
    await expect(at).toHaveText(row ?? '', { useInnerText: false });
  });

  test('only the rows on screen are in the page, and all can be reached', async ({ page, log }) => {
    await log.open('?from=2000-01-01&to=2100-01-01');
    await expect(log.rows.first()).toBeVisible();
    expect(await log.rows.count()).toBeLessThan(100);
    const newest = await log.rows.first().innerText();
    await log.rows.first().focus();
    await page.keyboard.press('End');
    await expect(log.grid.locator('[aria-rowindex="4002"]')).toBeVisible();
    // The head stays above them, with its filters in it.
    const list = await page.locator('.scroller').boundingBox();
    const head = await log.header('Message Subject').boundingBox();
    expect(Math.abs((head?.y ?? 0) - (list?.y ?? 0))).toBeLessThan(3);
    await log.filter('Message Subject').click({ trial: true });
    await page.keyboard.press('Home');
    await expect(log.rows.first()).toHaveText(newest.replace(/\s*\n\s*/g, ''), { useInnerText: false });
  });

  test('the default range has something to show', async ({ log }) => {
    await log.open();
    await expect(log.rows.first()).toBeVisible();
  });
});
