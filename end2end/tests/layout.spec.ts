// The page's shapes on a desktop: list and message side by side, or one over the other.
import type { Locator } from '@playwright/test';
import { expect, test } from '../harness/test.ts';

async function box(of: Locator): Promise<{ left: number; right: number; top: number; bottom: number }> {
  const { x, y, width, height } = (await of.boundingBox()) ?? { x: NaN, y: NaN, width: NaN, height: NaN };
  return { left: x, right: x + width, top: y, bottom: y + height };
}

test('at 1280 list and message stand side by side, and below that the message slides over', async ({ page, log }) => {
  await page.setViewportSize({ width: 1280, height: 800 });
  await log.openManual();
  await log.select('Library Hours');
  const [list, detail] = await Promise.all([box(log.grid), box(log.detail)]);
  const scroller = await box(page.locator('.scroller'));
  expect(scroller.right).toBeLessThanOrEqual(detail.left);
  expect(list.left).toBeGreaterThanOrEqual(0);
  await log.row('Student Behavior').click();
  await expect(page.getByRole('heading', { level: 2, name: 'Student Behavior' })).toBeVisible();

  await page.setViewportSize({ width: 1279, height: 800 });
  // It has slid in by then.
  await expect.poll(() => box(log.detail)).toMatchObject({ right: 1279, top: 0 });
  const [wide, over] = await Promise.all([box(page.locator('.scroller')), box(log.detail)]);
  expect(wide.right).toBeGreaterThan(over.left);
  await page.getByRole('button', { name: 'Close' }).click();
  await expect(log.detail).toBeHidden();
});

test('what a cell cuts off is shown whole to the pointer on it', async ({ page, log }) => {
  await page.setViewportSize({ width: 768, height: 1024 });
  await log.openManual();
  const row = log.row('Parking/Driving Violation').first();
  const subject = row.getByRole('gridcell', { name: 'Parking/Driving Violation' });
  await subject.hover();
  await expect(subject).toHaveAttribute('title', 'Parking/Driving Violation');
  const status = row.getByRole('gridcell').first();
  await status.hover();
  await expect(subject).not.toHaveAttribute('title');
  await expect(status).not.toHaveAttribute('title');
});

test('beside a message with failures the page itself does not scroll', async ({ page, log, server }) => {
  server.import({
    external_id: 'busy',
    message_type: 'Message Builder',
    organization: 'Plainview Schools',
    subject: 'One is busy',
    sender: 'Administrator, System',
    status: 'sent',
    created_at: '2020-01-31T12:00:00-06:00',
    recipients: [
      {
        person: 'p',
        name: 'Parent',
        deliveries: [{ device: 'voice', address: '612-555-0100', call_status: 1, at: '2020-01-31T12:05:00-06:00' }],
      },
    ],
  });
  await page.setViewportSize({ width: 1440, height: 500 });
  await log.openManual();
  await log.select('One is busy');
  await expect(log.section('Failed Deliveries')).toBeVisible();
  const beyond = await page.evaluate(() => document.documentElement.scrollHeight - window.innerHeight);
  expect(beyond).toBe(0);
});

test('beside a message at 1280 the active filters are all in view, and the table does not move for them', async ({
  page,
  log,
}) => {
  await page.setViewportSize({ width: 1280, height: 800 });
  await log.openManual();
  await log.select('Library Hours');
  const before = await box(page.locator('.scroller'));
  const panel = await log.dropdown('Status');
  await panel.getByRole('checkbox', { name: 'Sent' }).check();
  await page.keyboard.press('Escape');
  await log.filter('Message Subject').fill('park');
  await log.filter('Date Created').fill('1/31');
  await expect(log.rows).toHaveCount(6);
  expect(await box(page.locator('.scroller'))).toEqual(before);

  const chips = page.getByRole('list', { name: 'Active filters' }).getByRole('button');
  await expect(chips).toHaveCount(3);
  const shown = [log.counts, ...(await chips.all()), page.getByRole('button', { name: 'Clear all filters' })];
  const others = ['Export', 'Reload'].map((name) => page.getByRole('button', { name, exact: true }));
  const boxes = await Promise.all([...shown, ...others].map(box));
  for (const [at, one] of boxes.entries()) {
    expect(one.left).toBeGreaterThanOrEqual(before.left - 1);
    expect(one.right).toBeLessThanOrEqual(before.right + 1);
    expect(one.bottom).toBeLessThanOrEqual(before.top);
    for (const other of boxes.slice(at + 1)) {
      const apart = one.right <= other.left || other.right <= one.left || one.bottom <= other.top || other.bottom <= one.top;
      expect(apart, JSON.stringify([one, other])).toBe(true);
    }
  }
  for (const chip of await chips.all()) await chip.click({ trial: true });
  await page.getByRole('button', { name: 'Clear all filters' }).click();
  await expect(log.rows).toHaveCount(12);
  expect(await box(page.locator('.scroller'))).toEqual(before);
});
