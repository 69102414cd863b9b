// The page follows what happens, by itself: nobody presses a button, and nothing is asked again and again.
import type { Page } from '@playwright/test';
import { PEOPLE, expect, signIn, test } from '../harness/test.ts';

test.use({ delivering: true });

type Line = { person: string; name: string; deliveries: object[] };

const people = (count: number, device: 'inbox' | 'email'): Line[] =>
  Array.from({ length: count }, (_, n) => ({
    person: `p${n}`,
    name: `Parent ${n}`,
    deliveries: [device === 'inbox' ? { device } : { device, address: `p${n}@nomail.com` }],
  }));

/** A message of now, to be delivered. */
const message = (subject: string, recipients: Line[]) => ({
  external_id: subject,
  message_type: 'Message Builder',
  organization: 'High School',
  subject,
  sender: 'Administrator, System',
  created_at: new Date().toISOString(),
  body: { inbox: 'Hello', email: 'Hello' },
  recipients,
});

const sign = (page: Page, words: string) => page.getByRole('status').filter({ hasText: words });

test('a message that a program submits appears, goes out and ends before one’s eyes', async ({ page, log, server }) => {
  const token = server.token();
  await log.open();
  await expect(sign(page, 'Live')).toBeVisible();
  const asked: string[] = [];
  page.on('request', (request) => asked.push(new URL(request.url()).pathname));

  const id = await server.submit(token, message('Snow day', people(40, 'inbox')));
  await expect(log.row('Snow day')).toContainText('Sent');
  expect(asked, 'the list followed without a question').toEqual([]);

  await log.select('Snow day');
  await expect(log.value('Delivery Summary', 'Status')).toHaveText('Sent');
  await expect(page.getByRole('progressbar', { name: 'Inbox Delivery Progress' })).toHaveAttribute('aria-valuenow', '100');
  expect(new URL(page.url()).searchParams.get('message')).toBe(`${id}`);
});

test('an open message’s bars move, and after a cancel in mid-run the cut is shown', async ({ page, log, server }) => {
  const token = server.token();
  await log.open();
  await expect(sign(page, 'Live')).toBeVisible();
  await server.submit(token, message('Early release', people(1500, 'email')));
  await log.row('Early release').click();
  await expect(log.value('Delivery Summary', 'Status')).toHaveText('In-Progress');
  const bar = page.getByRole('progressbar', { name: 'Email Delivery Progress' });
  const text = () => bar.getAttribute('aria-valuetext');
  const first = await text();
  await expect.poll(text).not.toBe(first);
  await expect(log.section('Recipients')).toContainText('In-Progress');

  await page.getByRole('button', { name: 'Cancel this Message' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'OK' }).click();
  await expect(log.value('Delivery Summary', 'Status')).toHaveText('Canceled');
  const cut = log.section('Delivery Summary').getByRole('listitem').filter({ hasText: 'Email' });
  const counts = /^Email: ([\d,]+) had gone, ([\d,]+) (?:was|were) in flight, ([\d,]+) were stopped$/;
  await expect(cut).toHaveText(counts);
  const words = counts.exec((await cut.textContent()) ?? '')?.slice(1) ?? [];
  const [gone = 0, flying = 0, stopped = 0] = words.map((figure) => Number(figure.replace(',', '')));
  expect(gone + flying + stopped).toBe(1500);
  expect(stopped).toBeGreaterThan(0);

  await cut.getByRole('button', { name: /were stopped$/ }).click();
  const recipients = log.section('Recipients');
  await expect(recipients.getByRole('combobox', { name: 'Delivery Status' })).toHaveValue('canceled');
  await expect(recipients.getByRole('status')).toContainText(`of ${stopped.toLocaleString('en-US')} lines`);
  await expect(recipients.getByRole('row').filter({ hasText: 'In-Progress' })).toHaveCount(0);
});

test('what somebody else cancels changes here within a second', async ({ page, log, server, playwright }) => {
  await log.openManual();
  await log.select('Library Hours');
  await expect(sign(page, 'Live')).toBeVisible();
  const id = new URL(page.url()).searchParams.get('message');
  const admin = await playwright.request.newContext();
  await signIn(admin, server, 'admin');
  const canceled = await admin.post(`${server.url}/api/messages/${id}/cancel`, {
    data: { reason: 'Wrong day' },
    headers: { origin: server.url },
  });
  expect(canceled.ok()).toBe(true);
  // The bound is the product's promise, not a measure of this machine; a slow one gets a second try.
  await expect(log.value('Delivery Summary', 'Status')).toHaveText('Canceled', { timeout: 1_000 });
  await expect(log.section('Delivery Summary')).toContainText(`Canceled by ${PEOPLE.admin} on `);
  await expect(log.row('Library Hours')).toContainText('Canceled');
  await admin.dispose();
});

test('who reads further down is not disturbed: what is new waits behind a button', async ({ page, log, server }) => {
  const token = server.token();
  await log.open();
  await expect(sign(page, 'Live')).toBeVisible();
  const today = message('First', people(1, 'inbox'));
  server.import(
    ...Array.from({ length: 60 }, (_, n) => ({ ...today, external_id: `old ${n}`, subject: `Old ${n}`, status: 'sent', recipients: [] })),
  );
  await page.getByRole('button', { name: 'Reload' }).click();
  await expect(log.row('Old 59')).toBeVisible();
  await log.rows.first().focus();
  await page.keyboard.press('PageDown');
  await page.keyboard.press('PageDown');
  const active = await page.evaluate(() => document.activeElement?.textContent);
  const top = () => page.locator('.scroller').evaluate((scroller) => scroller.scrollTop);
  const before = await top();
  expect(before).toBeGreaterThan(0);

  await server.submit(token, message('Breaking', people(1, 'inbox')));
  const button = page.getByRole('button', { name: '1 new message' });
  await expect(button).toBeVisible();
  expect(await top()).toBe(before);
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe(active);
  await expect(log.row('Breaking')).toHaveCount(0);

  await button.click();
  await expect(button).toHaveCount(0);
  await page.locator('.scroller').evaluate((scroller) => scroller.scrollTo(0, 0));
  await expect(log.rows.first()).toContainText('Breaking');
});

test('a page that nobody looks at hears nothing, and what it missed once it is shown again', async ({ page, log, server }) => {
  const token = server.token();
  await log.open();
  await expect(sign(page, 'Live')).toBeVisible();
  const look = (hidden: boolean) =>
    page.evaluate((hidden) => {
      Object.defineProperty(document, 'hidden', { configurable: true, get: () => hidden });
      document.dispatchEvent(new Event('visibilitychange', { bubbles: true }));
    }, hidden);
  const asked: string[] = [];
  page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  await look(true);
  await server.submit(token, message('Unseen', people(1, 'inbox')));
  // Another page hears of it; this one would have as well by then.
  const other = await page.context().newPage();
  await other.goto('/');
  await expect(other.getByRole('grid').getByRole('row').filter({ hasText: 'Unseen' })).toContainText('Sent');
  await other.close();
  await expect(log.row('Unseen')).toHaveCount(0);
  expect(asked).toEqual([]);

  await look(false);
  await expect(log.row('Unseen')).toContainText('Sent');
  expect(new Set(asked)).toEqual(new Set(['/api/events']));
});

test.describe('a message that stands still', () => {
  test.use({ delivering: false });

  test('says since when', async ({ page, log }) => {
    await page.route(/\/api\/messages\/\d+$/, async (route) => {
      const response = await route.fetch();
      const detail = (await response.json()) as { message: object };
      const stalled = { stalled: true, last_news_at: '2020-01-31T13:40:00-06:00' };
      await route.fulfill({ response, json: { ...detail, message: { ...detail.message, ...stalled } } });
    });
    await log.openManual();
    await log.select('Library Hours');
    await expect(
      log.section('Delivery Summary').getByText('Stalled: there has been no news of it since 01/31/2020 1:40 PM.'),
    ).toBeVisible();
  });
});

test.describe('when the connection breaks', () => {
  test.use({ unreachable: true, delivering: false });

  test('a small sign says so, and what was missed is told after it', async ({ page, log, server }) => {
    await log.openManual();
    await log.select('Library Hours');
    await expect(sign(page, 'Live')).toBeVisible();
    await server.stop();
    await expect(sign(page, 'Reconnecting…')).toBeVisible();
    await expect(log.value('Delivery Summary', 'Status')).toHaveText('Waiting');
    const again = await server.restart();
    const id = new URL(page.url()).searchParams.get('message');
    const canceled = await page.request.post(`${again.url}/api/messages/${id}/cancel`, {
      data: {},
      headers: { origin: again.url },
    });
    expect(canceled.ok()).toBe(true);
    await expect(sign(page, 'Live')).toBeVisible({ timeout: 20_000 });
    await expect(log.value('Delivery Summary', 'Status')).toHaveText('Canceled');
    await expect(log.row('Library Hours')).toContainText('Canceled');
    await again.stop();
  });
});
