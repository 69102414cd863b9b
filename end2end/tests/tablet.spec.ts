// On a tablet, by touch: the detail slides over the list, and everything is large enough for a finger.
import type { Locator } from '@playwright/test';
import { expect, expectAccessible, test } from '../harness/test.ts';

/** The controls that a finger would miss: visible ones smaller than 44 px either way. */
function small(within: Locator): Promise<string[]> {
  return within.evaluate((whole) => {
    const found: string[] = [];
    for (const control of whole.querySelectorAll('button, input, select, textarea, summary, a[href]')) {
      if (!control.checkVisibility({ visibilityProperty: true })) continue;
      // A box and its words are one target.
      const target = control.closest('label') ?? control;
      const { width, height } = target.getBoundingClientRect();
      const name = control.getAttribute('aria-label') ?? target.textContent ?? '';
      if (Math.min(width, height) < 43.5) found.push(`${name.trim()}: ${Math.round(width)} × ${Math.round(height)}`);
    }
    return found;
  });
}

test('finding, filtering and reading by touch', async ({ page, log }) => {
  await log.openManual();
  expect(await small(page.locator('body'))).toEqual([]);
  const row = await log.rows.first().boundingBox();
  expect(row?.height).toBeGreaterThanOrEqual(43.5);

  await page.getByRole('button', { name: 'Filter Status', exact: true }).tap();
  const panel = page.getByRole('dialog', { name: 'Status' });
  await panel.getByRole('checkbox', { name: 'Waiting' }).tap();
  await expect(log.rows).toHaveCount(1);
  expect(await small(panel)).toEqual([]);
  await page.getByRole('heading', { level: 1 }).tap();
  await expect(panel).toBeHidden();

  await log.row('Library Hours').tap();
  await expect(log.section('Delivery Summary')).toBeVisible();
  const [detail, grid] = await Promise.all([log.detail.boundingBox(), page.viewportSize()]);
  expect(detail).not.toBeNull();
  expect((detail?.x ?? 0) + (detail?.width ?? 0)).toBeGreaterThanOrEqual((grid?.width ?? 0) - 1);
  expect(await small(log.detail)).toEqual([]);
  await expect(page.getByRole('heading', { level: 1, name: 'Sent Message Log' })).toHaveCount(1);
  await expectAccessible(page, 'a message over the list');

  await page.getByRole('button', { name: 'Close' }).tap();
  await expect(log.detail).toBeHidden();
  await expect(log.rows).toHaveCount(1);
});

test('nothing is wider than the screen', async ({ page, log }) => {
  await log.openManual();
  await log.select('Library Hours');
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  expect(overflow).toBeLessThanOrEqual(0);
});

test.describe('many messages', () => {
  test.use({ district: 'demo' });

  test('leave room for what stands above them, on the smallest tablet too', async ({ page, log }) => {
    await page.setViewportSize({ width: 768, height: 1024 });
    await log.open('?from=2000-01-01&to=2100-01-01&status=sent&subject=e&created=am');
    const chips = page.getByRole('list', { name: 'Active filters' }).getByRole('button');
    await expect(chips).toHaveCount(3);
    const names = ['Load the next 4,000', 'Reload', 'Export', 'Clear all filters'];
    const buttons = names.map((name) => page.getByRole('button', { name, exact: true }));
    for (const shown of [...(await chips.all()), ...buttons]) {
      await expect(shown).toBeInViewport({ ratio: 1 });
      await shown.click({ trial: true });
    }
    const tops = [log.counts, ...names.slice(0, 3).map((name) => page.getByRole('button', { name, exact: true }))];
    const [counts, load, reload, save] = await Promise.all(tops.map((one) => one.boundingBox()));
    expect(Math.abs((load?.y ?? 0) - (save?.y ?? 0)), 'Export stands beside its like').toBeLessThan(2);
    expect(counts?.y).toBeLessThan(reload?.y ?? 0);
  });
});

test.describe('a message by phone', () => {
  test.use({ district: 'demo', role: 'admin' });

  test('has nothing in it that a finger would miss', async ({ page, log, server }) => {
    const find = await page.request.get(`${server.url}/api/messages?created_from=2000-01-01&created_to=2100-01-01`);
    const { messages } = (await find.json()) as { messages: { id: number; subject: string }[] };
    const emergency = messages.find(({ subject }) => subject.startsWith('All Schools Closed'));
    const print = await page.request.get(
      `${server.url}/api/messages/${emergency?.id}/report?devices=voice_text&detail=summary&format=csv`,
    );
    expect(print.ok()).toBe(true);
    await log.open(`?from=2000-01-01&to=2100-01-01&message=${emergency?.id}`);
    const recipients = log.section('Recipients');
    await expect(recipients.locator('.call-status').first()).toBeVisible();
    await expect(log.detail.getByText(/^Printed /)).toBeVisible();
    await log.detail.getByText(/^Printed /).tap();
    expect(await small(log.detail)).toEqual([]);
    await recipients.locator('.call-status').first().tap();
    await expect(page.getByRole('dialog', { name: 'Call Statuses' })).toBeVisible();
    expect(await small(page.getByRole('dialog', { name: 'Call Statuses' }))).toEqual([]);
  });
});
