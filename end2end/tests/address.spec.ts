// The address bar holds the page: a reload, a pasted link and the way back all show the same.
import { expect, test } from '../harness/test.ts';

test('a reload shows the same page', async ({ page, log }) => {
  await log.openManual();
  await log.filter('Message Subject').fill('park');
  const panel = await log.dropdown('Status');
  await panel.getByRole('checkbox', { name: 'Sent' }).check();
  await page.keyboard.press('Escape');
  await log.sort('Date Created');
  await log.select('10:00 AM');
  await expect(page).toHaveURL(/message=\d+/);
  const rows = await log.rows.allInnerTexts();
  const totals = await log.section('Delivery Summary').locator('dl').allInnerTexts();

  await page.reload();
  await expect(log.section('Delivery Summary')).toBeVisible();
  await expect(log.filter('Message Subject')).toHaveValue('park');
  await expect(log.header('Date Created')).toHaveAttribute('aria-sort', 'ascending');
  await expect(log.rows).toHaveCount(rows.length);
  expect(await log.rows.allInnerTexts()).toEqual(rows);
  expect(await log.section('Delivery Summary').locator('dl').allInnerTexts()).toEqual(totals);
  await expect(page.getByRole('row', { selected: true })).toHaveCount(1);
});

test('a pasted link shows the page it was copied from', async ({ page, log, context }) => {
  await log.openManual();
  await log.filter('Date Created').fill('1:39 pm');
  await log.select('Library Hours');
  await expect(page).toHaveURL(/created=.*message=\d+/);
  const other = await context.newPage();
  await other.goto(page.url());
  await expect(other.getByRole('heading', { level: 2, name: 'Library Hours' })).toBeVisible();
  await expect(other.getByRole('textbox', { name: 'Filter Date Created' })).toHaveValue('1:39 pm');
});

test('back and forward walk through searches and messages', async ({ page, log }) => {
  await log.openManual();
  await log.find('2019-12-02', '2019-12-02');
  await expect(log.row('School is Cancelled')).toBeVisible();
  await log.select('School is Cancelled');

  await page.goBack();
  await expect(log.detail).toBeHidden();
  await expect(log.row('School is Cancelled')).toBeVisible();
  await page.goBack();
  await expect(log.row('Library Hours')).toBeVisible();
  await expect(log.day('first')).toHaveValue('2020-01-31');
  await page.goForward();
  await expect(log.row('School is Cancelled')).toBeVisible();
  await page.goForward();
  await expect(page.getByRole('heading', { level: 2, name: 'School is Cancelled' })).toBeVisible();
});

test('an address that leads nowhere says so and leads back', async ({ page, log }) => {
  await page.goto('/nowhere');
  await expect(page.getByRole('heading', { name: 'There is no such page' })).toBeVisible();
  await page.getByRole('link', { name: 'Go to the Sent Message Log' }).click();
  await expect(log.grid).toBeVisible();
});

test.describe('a message that is not there', () => {
  test.use({ refusals: [404] });

  test('is said to be missing, beside a list that works', async ({ page, log }) => {
    await log.openManual('&message=999999999');
    await expect(log.detail.getByRole('alert')).toBeVisible();
    await page.getByRole('button', { name: 'Close' }).click();
    await expect(log.detail).toBeHidden();
    await expect(log.rows).toHaveCount(12);
  });
});
