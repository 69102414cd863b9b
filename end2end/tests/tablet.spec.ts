// On a tablet, by touch: the detail slides over the list, and everything is large enough for a finger.
import type { Locator } from '@playwright/test';
import { expect, expectAccessible, test } from '../harness/test.ts';

/** The controls that a finger would miss: visible ones smaller than 44 px either way. */
async function small(within: Locator): Promise<string[]> {
  const controls = within.getByRole('button').or(within.getByRole('textbox')).or(within.getByRole('combobox'))
    .or(within.getByRole('searchbox')).or(within.getByRole('checkbox')).or(within.getByRole('radio'));
  const found: string[] = [];
  for (const control of await controls.filter({ visible: true }).all()) {
    const { name, width, height } = await control.evaluate((element) => {
      // A box and its words are one target.
      const target = element.closest('label') ?? element;
      const { width, height } = target.getBoundingClientRect();
      return { name: element.getAttribute('aria-label') ?? target.textContent ?? '', width, height };
    });
    if (Math.min(width, height) < 43.5) found.push(`${name.trim()}: ${Math.round(width)} × ${Math.round(height)}`);
  }
  return found;
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
  // What the message covers is out of reach, the page's own heading with it.
  await expectAccessible(page, 'a message over the list', ['page-has-heading-one']);

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
