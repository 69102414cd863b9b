// On a phone: rows become cards, filters a sheet, a message the whole screen.
import { expect, expectAccessible, test } from '../harness/test.ts';

test('rows are cards with every word on them', async ({ page, log }) => {
  await log.openManual();
  const card = log.row('Library Hours');
  await expect(card).toBeVisible();
  for (const word of ['Waiting', 'Library Hours', 'Administrator, System', '01/31/2020 1:39 PM']) {
    await expect(card).toContainText(word);
  }
  const box = await card.boundingBox();
  expect(box?.height).toBeGreaterThan(60);
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  expect(overflow).toBeLessThanOrEqual(0);
  await expectAccessible(page, 'cards');
});

test('filters and the sort are in a sheet', async ({ page, log }) => {
  await log.openManual();
  await page.getByRole('button', { name: 'Filters', exact: true }).tap();
  const sheet = page.getByRole('dialog', { name: 'Filters' });
  await expect(sheet).toBeVisible();
  await expectAccessible(page, 'the sheet');
  await sheet.getByRole('textbox', { name: 'Filter Message Subject' }).fill('park');
  await sheet.getByRole('combobox', { name: 'Sort by' }).selectOption({ label: 'Date Created, ascending' });
  await sheet.getByRole('button', { name: 'Show 6 messages' }).tap();
  await expect(sheet).toBeHidden();
  await expect(log.rows.filter({ visible: true })).toHaveCount(6);
  await expect(log.rows.first()).toContainText('10:00 AM');
});

test('a message takes the screen and gives it back', async ({ page, log }) => {
  await log.openManual();
  await log.row('Library Hours').tap();
  await expect(log.section('Delivery Summary')).toBeVisible();
  const detail = await log.detail.boundingBox();
  expect(detail?.width).toBeGreaterThanOrEqual((page.viewportSize()?.width ?? 0) - 1);
  await expectAccessible(page, 'a message on a phone');
  await page.getByRole('button', { name: 'Close' }).tap();
  await expect(log.detail).toBeHidden();
  await expect(log.row('Library Hours')).toBeVisible();
});
