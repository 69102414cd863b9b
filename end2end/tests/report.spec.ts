// The Sent Message Report: its options, its files, who printed it, and why deliveries failed.
import { readFileSync } from 'node:fs';
import type { Download, Locator, Page } from '@playwright/test';
import { enter, expect, expectAccessible, signIn, test } from '../harness/test.ts';
import type { LogPage } from '../harness/log-page.ts';

const MANUAL = '?from=2019-12-02&to=2019-12-02';
const DAY = '?from=2020-01-31&to=2020-01-31';
const AT = '2020-01-31T12:05:00-06:00';

type Delivery = { device: string; address: string; status?: string; call_status?: number; reason?: string; at?: string };

const message = (subject: string, deliveries: Delivery[][], more: object = {}) => ({
  external_id: subject,
  message_type: 'Message Builder',
  organization: 'Plainview Schools',
  subject,
  sender: 'Administrator, System',
  created_at: '2020-01-31T12:00:00-06:00',
  recipients: deliveries.map((list, n) => ({ person: `p${n}`, name: `Parent ${n}`, deliveries: list })),
  ...more,
});

const call = (n: number, call_status: number): Delivery[] => [
  { device: 'voice', address: `612-555-01${String(n).padStart(2, '0')}`, call_status, at: AT },
];
const bounced = (n: number): Delivery[] => [
  {
    device: 'email',
    address: `p${n}@nomail.com`,
    status: 'failed',
    reason: `550 5.1.1 <p${n}@nomail.com>: no such person`,
    at: AT,
  },
];
/** Four lines are busy, two mails bounce, one person is reached. */
const failing = message('Many fail', [call(0, 1), call(1, 1), call(2, 5), bounced(3), bounced(4), call(5, 1), call(6, 1)], {
  status: 'sent',
});
const crowd = (subject: string, people: number) =>
  message(
    subject,
    Array.from({ length: people }, (_, n) => [{ device: 'email', address: `p${n}@nomail.com` }]),
  );

const options = (log: LogPage) => log.section('Sent Message Report Options');
const print = (log: LogPage) => options(log).getByRole('button', { name: 'Print Sent Message Report' });

async function downloaded(page: Page, press: Locator): Promise<{ file: Download; text: string }> {
  const coming = page.waitForEvent('download');
  await press.click();
  const file = await coming;
  return { file, text: readFileSync(await file.path(), 'latin1') };
}

test('only devices that the message used can be ticked, and Failed Delivery waits for its end', async ({ log }) => {
  await log.open(MANUAL);
  await log.select('School is Cancelled');
  const devices = options(log).getByRole('group', { name: 'Include Delivery Devices' });
  for (const [device, ticked, enabled] of [
    ['No Device', false, true],
    ['Inbox', true, true],
    ['Email', true, true],
    ['Voice/Text', false, false],
  ] as const) {
    const box = devices.getByRole('checkbox', { name: device });
    await expect(box).toBeChecked({ checked: ticked });
    await expect(box).toBeEnabled({ enabled });
  }
  await expect(options(log).getByRole('radio', { name: 'Failed Delivery' })).toBeDisabled();
  await expect(options(log)).toContainText('not available while the message is Waiting or In-Progress');
});

test('the report comes in each format, and who printed it is kept', async ({ page, log }) => {
  await log.open(MANUAL);
  await log.select('School is Cancelled');
  for (const [format, begins] of [
    ['CSV', '\u00ef\u00bb\u00bfSent Message Report'],
    ['DOCX', 'PK'],
    ['PDF', '%PDF-'],
  ] as const) {
    await options(log).getByRole('combobox', { name: 'Report Format' }).selectOption({ label: format });
    const { file, text } = await downloaded(page, print(log));
    expect(file.suggestedFilename()).toMatch(new RegExp(`^sent-message-report-\\d+\\.${format.toLowerCase()}$`));
    expect(text.startsWith(begins)).toBe(true);
  }
  const record = options(log).getByText(/^Printed 3 times, last on .* by otto$/);
  await record.click();
  await expect(options(log).getByRole('listitem')).toHaveCount(3);
  await expect(options(log).getByRole('listitem').last()).toContainText(/otto · CSV · All · Inbox, Email$/);
});

test('the ticked devices and the detail are what is printed, and the choice is remembered', async ({ page, log }) => {
  await log.open(MANUAL);
  await log.select('School is Cancelled');
  await options(log).getByRole('combobox', { name: 'Report Format' }).selectOption({ label: 'CSV' });
  await options(log).getByRole('checkbox', { name: 'Inbox' }).uncheck();
  await options(log).getByRole('checkbox', { name: 'No Device' }).check();
  const { text } = await downloaded(page, print(log));
  const table = text.split('\r\n\r\n')[1]?.trimEnd().split('\r\n') ?? [];
  expect(table.length).toBe(1 + 3 + 34);
  expect(table.filter((line) => line.includes(',No Device,'))).toHaveLength(34);

  await page.reload();
  await expect(options(log).getByRole('checkbox', { name: 'Inbox' })).not.toBeChecked();
  await expect(options(log).getByRole('checkbox', { name: 'No Device' })).toBeChecked();
  await expect(options(log).getByRole('combobox', { name: 'Report Format' })).toHaveValue('csv');
  await options(log).getByRole('radio', { name: 'Summary' }).check();
  const summary = await downloaded(page, print(log));
  expect(summary.text).toContain('Total Recipients,127,');
  expect(summary.text).not.toContain('heather');
});

test('Failed Delivery prints the failed recipients alone', async ({ page, log, server }) => {
  server.import(failing);
  await log.open(DAY);
  await log.select('Many fail');
  await options(log).getByRole('radio', { name: 'Failed Delivery' }).check();
  await options(log).getByRole('combobox', { name: 'Report Format' }).selectOption({ label: 'CSV' });
  const { text } = await downloaded(page, print(log));
  expect(text.match(/,Busy,1,/g)).toHaveLength(4);
  expect(text).not.toContain('Live Person');
});

test('failed deliveries are grouped by cause, and a click shows whose they are', async ({ page, log, server }) => {
  server.import(failing);
  await log.open(DAY);
  await log.select('Many fail');
  const failed = log.section('Failed Deliveries');
  await expect(failed).toContainText('6 addresses');
  const rows = failed.getByRole('table').getByRole('row');
  await expect(rows.nth(1)).toHaveText(/Voice\s*Busy\s*4/);
  await expect(rows.nth(2)).toHaveText(/Email\s*550 5\.1\.1 <•••>: no such person\s*2/);
  const busy = failed.getByRole('button', { name: 'Busy' });
  await busy.click();
  await expect(busy).toHaveAttribute('aria-pressed', 'true');
  const recipients = log.section('Recipients');
  await expect(recipients.getByText(/^4 lines/)).toBeVisible();
  await expect(page).toHaveURL(/failure=0/);
  await page.reload();
  await expect(recipients.getByText(/^4 lines/)).toBeVisible();
  await expectAccessible(page, 'with failures');
  await recipients.getByRole('button', { name: 'Show all' }).click();
  await expect(recipients.getByText(/^7 lines/)).toBeVisible();
});

test('a call status says what it means, by pointer and by key', async ({ page, log, server }) => {
  server.import(failing);
  await log.open(DAY);
  await log.select('Many fail');
  const busy = log.section('Recipients').getByRole('button', { name: 'Busy' }).first();
  await expect(busy).toHaveAttribute('title', 'Dialer detected a busy signal.');
  await busy.focus();
  await page.keyboard.press('Enter');
  const help = page.getByRole('dialog', { name: 'Call Statuses' });
  await expect(help.getByRole('row')).toHaveCount(1 + 51);
  await expect(help.locator('[aria-current="true"]')).toContainText('Dialer detected a busy signal.');
  await expectAccessible(page, 'call statuses');
  await page.keyboard.press('Escape');
  await expect(help).toBeHidden();
  await log.section('Recipients').getByRole('button', { name: 'Call statuses' }).click();
  await expect(help.getByText('Fast-Busy')).toBeVisible();
});

test('the list is exported as it is filtered and sorted', async ({ page, log }) => {
  await log.openManual('&type=Behavior&sort=created');
  const { file, text } = await downloaded(page, page.getByRole('button', { name: 'Export' }));
  expect(file.suggestedFilename()).toBe('sent-messages-2020-01-31-to-2020-01-31.csv');
  const lines = text.trimEnd().split('\r\n');
  expect(lines[0]).toContain('Status,Message Type,District/School,Message Subject,Sender,Date Created');
  const created = lines.slice(1).map((line) => /\d\d\/\d\d\/\d{4} \d+:\d\d [AP]M/.exec(line)?.[0]);
  expect(created).toEqual(await log.column(6));
  expect(created.length).toBe(7);
});

/** Keeps what the bar of a long report shows from now on, however briefly. */
async function watchProgress(page: Page): Promise<() => Promise<number[]>> {
  await page.evaluate(() => {
    const shown: number[] = [];
    Object.assign(globalThis, { shown });
    const look = () => {
      const bar = document.querySelector('.job [role="progressbar"]');
      const percent = Number(bar?.getAttribute('aria-valuenow'));
      if (bar && shown.at(-1) !== percent) shown.push(percent);
    };
    new MutationObserver(look).observe(document.body, { childList: true, subtree: true, attributes: true });
  });
  return () => page.evaluate(() => (globalThis as unknown as { shown: number[] }).shown);
}

for (const [format, people, begins] of [
  ['PDF', 2100, '%PDF-'],
  ['CSV', 10_100, '\u00ef\u00bb\u00bfSent Message Report'],
  ['DOCX', 10_100, 'PK'],
] as const) {
  test(`a long ${format} shows its progress, and is downloaded when it is done`, async ({ page, log, server }) => {
    server.import(crowd('To a crowd', people));
    await log.open(DAY);
    await log.select('To a crowd');
    await options(log).getByRole('combobox', { name: 'Report Format' }).selectOption({ label: format });
    const shown = await watchProgress(page);
    const { file, text } = await downloaded(page, print(log));
    expect(file.suggestedFilename()).toMatch(new RegExp(`\\.${format.toLowerCase()}$`));
    expect(text.startsWith(begins)).toBe(true);
    const percents = await shown();
    expect(percents.length).toBeGreaterThan(1);
    expect(percents).toEqual([...percents].sort((one, other) => one - other));
    expect(percents[0]).toBeLessThan(100);
    expect(percents.at(-1)).toBe(100);
    await expect(options(log).getByText(/^Printed 1 time, /)).toBeVisible();
    await expect(options(log).getByRole('button', { name: 'Abandon' })).toBeHidden();
  });
}

test('a long PDF can be abandoned', async ({ page, log, server }) => {
  server.import(crowd('To everybody', 30_000));
  await log.open(DAY);
  await log.select('To everybody');
  await print(log).click();
  const progress = options(log).getByRole('progressbar', { name: 'Report' });
  await expect(progress).toBeVisible();
  const abandoned = page.waitForResponse((answer) => answer.request().method() === 'DELETE');
  await options(log).getByRole('button', { name: 'Abandon' }).click();
  expect((await abandoned).status()).toBe(204);
  await expect(progress).toBeHidden();
  await expect(options(log).getByText(/^Printed/)).toBeHidden();
});

test('a long CSV can be abandoned', async ({ page, log, server }) => {
  server.import(crowd('To many', 10_100));
  // Nothing is heard of it: to the page it waits for its turn.
  await page.route('**/api/reports/*/events', () => {});
  await log.open(DAY);
  await log.select('To many');
  await options(log).getByRole('combobox', { name: 'Report Format' }).selectOption({ label: 'CSV' });
  await print(log).click();
  await expect(options(log).getByText('waits for its turn')).toBeVisible();
  await expect(print(log)).toHaveAttribute('aria-disabled', 'true');
  const abandoned = page.waitForResponse((answer) => answer.request().method() === 'DELETE');
  await options(log).getByRole('button', { name: 'Abandon' }).click();
  expect((await abandoned).status()).toBe(204);
  await expect(options(log).getByRole('progressbar')).toBeHidden();
  await expect(print(log)).toHaveAttribute('aria-disabled', 'false');
  await expect(print(log)).toBeFocused();
});

test('a long report goes on after a reload, with its progress, and can still be abandoned', async ({ page, log, server }) => {
  server.import(crowd('To everybody', 30_000));
  await log.open(DAY);
  await log.select('To everybody');
  await print(log).click();
  const progress = options(log).getByRole('progressbar', { name: 'Report' });
  await expect(progress).toBeVisible();
  await page.reload();
  await expect(progress).toBeVisible();
  await expect(print(log)).toHaveAttribute('aria-disabled', 'true');
  const abandoned = page.waitForResponse((answer) => answer.request().method() === 'DELETE');
  await options(log).getByRole('button', { name: 'Abandon' }).click();
  expect((await abandoned).status()).toBe(204);
  await expect(progress).toBeHidden();
});

test('a long report that is done after a reload is downloaded by itself, and forgotten', async ({ page, log, server }) => {
  server.import(crowd('To many', 10_100));
  // Until the reload nothing is heard of it.
  let asked = 0;
  await page.route('**/api/reports/*/events', (route) => (asked++ === 0 ? undefined : route.continue()));
  await log.open(DAY);
  await log.select('To many');
  await options(log).getByRole('combobox', { name: 'Report Format' }).selectOption({ label: 'CSV' });
  await print(log).click();
  await expect(options(log).getByText('waits for its turn')).toBeVisible();
  const coming = page.waitForEvent('download');
  await page.reload();
  expect((await coming).suggestedFilename()).toMatch(/\.csv$/);
  await expect(options(log).getByText(/^Printed 1 time, /)).toBeVisible();
  await expect(options(log).getByRole('button', { name: 'Abandon' })).toBeHidden();
  expect(await page.evaluate(() => sessionStorage.length)).toBe(0);
});

test('a report that is waited for can be given up', async ({ page, log }) => {
  await page.route('**/api/messages/*/report?*', () => {});
  await log.open(MANUAL);
  await log.select('School is Cancelled');
  await print(log).click();
  await expect(print(log)).toHaveAttribute('aria-busy', 'true');
  const ended = page.waitForEvent('requestfailed');
  await options(log).getByRole('button', { name: 'Abandon' }).click();
  expect((await ended).url()).toContain('/report?');
  await expect(print(log)).toHaveAttribute('aria-busy', 'false');
  await expect(options(log).getByRole('button', { name: 'Abandon' })).toBeHidden();
  await expect(print(log)).toBeFocused();
  await expect(options(log).getByRole('alert')).toHaveCount(0);

  await page.unrouteAll();
  const { file } = await downloaded(page, print(log));
  expect(file.suggestedFilename()).toMatch(/\.pdf$/);
});

test.describe('that was fetched or left too long', () => {
  test.use({ refusals: [404] });

  test('a long report whose file does not come says why', async ({ page, log, server }) => {
    server.import(crowd('To a crowd', 2100));
    await page.route(/\/api\/reports\/[0-9a-f]+$/, async (route) => {
      // Somebody else's page, or the server's ten minutes, were faster.
      await page.request.delete(route.request().url());
      await route.continue();
    });
    await log.open(DAY);
    await log.select('To a crowd');
    await print(log).click();
    await expect(options(log)).toContainText('There is no such report any more');
    await expect(options(log).getByRole('progressbar')).toBeHidden();
    await expect(options(log).getByText(/^Printed/)).toBeHidden();
  });
});

test.describe('that ended while nobody looked', () => {
  test.use({ refusals: [404] });

  test('a long report is not spoken of after a reload', async ({ page, log, server }) => {
    server.import(crowd('To many', 10_100));
    await page.route('**/api/reports/*/events', () => {});
    await log.open(DAY);
    await log.select('To many');
    await options(log).getByRole('combobox', { name: 'Report Format' }).selectOption({ label: 'CSV' });
    const begun = page.waitForResponse((answer) => answer.status() === 202);
    await print(log).click();
    const { id } = (await (await begun).json()) as { id: string };
    await expect(options(log).getByText('waits for its turn')).toBeVisible();
    await page.request.delete(`/api/reports/${id}`, { headers: { origin: server.url } });
    await page.unroute('**/api/reports/*/events');
    const refused = page.waitForResponse((answer) => answer.url().endsWith('/events') && answer.status() === 404);
    await page.reload();
    await refused;
    await expect.poll(() => page.evaluate(() => sessionStorage.length)).toBe(0);
    await expect(options(log).getByRole('progressbar')).toHaveCount(0);
    await expect(options(log).getByRole('alert')).toHaveCount(0);
    await expect(print(log)).toHaveAttribute('aria-disabled', 'false');
  });
});

test.describe('for who may only print reports', () => {
  test.use({ role: 'nobody' });

  test('addresses are masked on the page and in the file, and nothing can be stopped', async ({
    page,
    request,
    log,
    server,
  }) => {
    await signIn(request, server, 'admin');
    const made = await request.put('/api/roles/front%20desk', {
      data: { permissions: ['view', 'report'] },
      headers: { origin: server.url },
    });
    expect(made.ok()).toBe(true);
    server.person('pat', 'front desk');
    await enter(page.request, server, 'pat');
    server.import(failing);

    await log.open(DAY);
    await log.select('Many fail');
    const recipients = log.section('Recipients');
    await expect(recipients.getByText('p•••@nomail.com').first()).toBeVisible();
    await expect(recipients.getByText('•••-•••-0100')).toBeVisible();
    await expect(log.detail).not.toContainText('p3@nomail.com');
    await expect(log.detail).not.toContainText('555-0100');
    await expect(log.detail.getByRole('button', { name: 'Cancel this Message' })).toHaveAttribute('aria-disabled', 'true');
    await expect(log.detail.getByRole('button', { name: /^Resend/ })).toHaveCount(0);

    await options(log).getByRole('combobox', { name: 'Report Format' }).selectOption({ label: 'CSV' });
    const { text } = await downloaded(page, print(log));
    expect(text.match(/@nomail\.com/g)).toHaveLength(2);
    expect(text).not.toMatch(/p[34]@nomail\.com|555-?01\d\d/);
    await options(log).getByText(/^Printed 1 time, last on .* by pat$/).click();
    await expect(options(log).getByRole('listitem')).toContainText('addresses masked');
    const list = await downloaded(page, page.getByRole('button', { name: 'Export' }));
    expect(list.text).toContain('Many fail');
  });
});

test.describe('for who may only read', () => {
  test.use({ role: 'viewer' });

  test('nothing can be printed or exported, and the page says why', async ({ page, log }) => {
    await log.open(MANUAL);
    await log.select('School is Cancelled');
    await expect(print(log)).toHaveAttribute('aria-disabled', 'true');
    await expect(options(log)).toContainText('Your account may read the log, not print reports.');
    await expect(page.getByRole('button', { name: 'Export' })).toHaveCount(0);
  });
});
