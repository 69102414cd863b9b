// Every page and state, light and dark, breaks no rule that axe knows.
import { expect, expectAccessible, test } from '../harness/test.ts';

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme, contextOptions: { reducedMotion: 'reduce' } });

    test('the log, its filters and their panels', async ({ page, log }) => {
      await log.openManual();
      await expectAccessible(page, 'rows');
      const panel = await log.dropdown('Status');
      await panel.getByRole('checkbox', { name: 'Sent' }).check();
      await expectAccessible(page, 'a dropdown');
      await page.keyboard.press('Escape');
      await log.filter('Message Subject').fill('park');
      await log.sort('Date Created');
      await expect(page.getByRole('list', { name: 'Active filters' })).toBeVisible();
      await expectAccessible(page, 'filters and a sort');
      await log.filter('Message Subject').fill('no such subject');
      await expect(page.getByText('No message matches the filters.')).toBeVisible();
      await expectAccessible(page, 'nothing matches');
    });

    test('no messages, and days that cannot be', async ({ page, log }) => {
      await log.open();
      await expect(page.getByText('No messages were created between these days.')).toBeVisible();
      await expectAccessible(page, 'no messages');
      await log.find('2020-02-01', '2020-01-31');
      await expect(page.getByRole('alert').filter({ hasText: 'The first day' })).toBeVisible();
      await expectAccessible(page, 'a refused range');
    });

    test('a message, its warning and its cancellation', async ({ page, log }) => {
      await log.openManual();
      await log.select('Library Hours');
      await expect(log.section('Recipients').getByRole('row').nth(1)).toBeVisible();
      await expectAccessible(page, 'a message');
      await page.getByRole('button', { name: 'Cancel this Message' }).click();
      await expect(page.getByRole('dialog')).toBeVisible();
      await expectAccessible(page, 'the warning');
      await page.getByRole('dialog').getByRole('button', { name: 'OK' }).click();
      await expect(log.value('Delivery Summary', 'Status')).toHaveText('Canceled');
      await expectAccessible(page, 'a canceled message');
    });

    test.describe('while something is missing', () => {
      test.use({ refusals: [404, 500], unreachable: true });

      test('loading, a message that is not there, an error, and no connection', async ({ page, log, server }) => {
        let answer = () => {};
        const held = new Promise<void>((done) => (answer = done));
        await page.route('**/api/messages?*', (route) => held.then(() => route.continue()), { times: 1 });
        await page.goto('/?from=2020-01-31&to=2020-01-31');
        await expect(log.grid).toHaveAttribute('aria-busy', 'true');
        await expect(page.getByText('No messages were created')).toHaveCount(0);
        await expectAccessible(page, 'loading');
        answer();
        await expect(log.rows).toHaveCount(12);
        await expect(log.grid).toHaveAttribute('aria-busy', 'false');

        await page.goto('/?from=2020-01-31&to=2020-01-31&message=999999999');
        await expect(log.detail.getByRole('alert').filter({ hasText: /\S/ })).toBeVisible();
        await expect(log.detail.getByRole('button', { name: 'Try again' })).toHaveCount(0);
        await expect(log.rows).toHaveCount(12);
        await expectAccessible(page, 'no such message');
        await page.getByRole('button', { name: 'Close' }).click();

        const detail = 'Sentlog met a fault of its own.';
        const body = JSON.stringify({ type: 'about:blank', title: 'Fault', status: 500, detail });
        const refusal = { status: 500, contentType: 'application/problem+json', body };
        await page.route('**/api/messages?*', (route) => route.fulfill(refusal), { times: 1 });
        await page.getByRole('button', { name: 'Reload' }).click();
        await expect(page.getByRole('alert').filter({ hasText: detail })).toBeVisible();
        await expectAccessible(page, 'an error');

        await server.stop();
        await page.getByRole('button', { name: 'Try again' }).click();
        await expect(page.getByRole('alert').filter({ hasText: 'Sentlog cannot be reached' })).toBeVisible();
        await expectAccessible(page, 'no connection');
      });
    });

    test.describe('of the demonstration district', () => {
      test.use({ district: 'demo' });

      test('many rows, a long dropdown and a large message', async ({ page, log }) => {
        await log.open('?from=2000-01-01&to=2100-01-01');
        await expect(log.rows.first()).toBeVisible();
        await expectAccessible(page, '4000 rows');
        await log.dropdown('Sender');
        await expectAccessible(page, 'a long dropdown');
        await page.keyboard.press('Escape');
        await log.rows.nth(3).click();
        await expect(log.section('Recipients').getByRole('row').nth(1)).toBeVisible();
        await expectAccessible(page, 'a message with figures');
      });
    });

    test.describe('nobody signed in', () => {
      test.use({ role: 'nobody', refusals: [401] });

      test('the sign-in page and a refusal', async ({ page }) => {
        await page.goto('/sign-in');
        await expect(page.getByRole('button', { name: 'Sign in' })).toBeVisible();
        await expectAccessible(page, 'sign-in');
        await page.getByRole('textbox', { name: 'Name' }).fill('otto');
        await page.getByLabel('Password').fill('wrong');
        await page.getByRole('button', { name: 'Sign in' }).click();
        await expect(page.getByRole('alert')).toBeVisible();
        await expectAccessible(page, 'refused');
        await page.goto('/nowhere');
        await expect(page.getByRole('heading', { name: 'There is no such page' })).toBeVisible();
        await expectAccessible(page, 'no such page');
      });
    });
  });
}

test('the dark mode is chosen, kept over a reload, and given up again', async ({ page, log }) => {
  await log.openManual();
  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await background();
  const button = page.getByRole('button', { name: 'Dark mode' });
  await expect(button).toHaveAttribute('aria-pressed', 'false');
  await button.click();
  await expect(button).toHaveAttribute('aria-pressed', 'true');
  const dark = await background();
  expect(dark).not.toBe(light);
  await page.reload();
  await expect(button).toHaveAttribute('aria-pressed', 'true');
  expect(await background()).toBe(dark);
  await button.click();
  expect(await background()).toBe(light);
});

test('the table tells its size, its order and its place to who cannot see it', async ({ page, log }) => {
  await log.openManual('&sort=subject');
  await expect(log.grid).toHaveAttribute('aria-rowcount', '14');
  await expect(log.grid).toHaveAttribute('aria-colcount', '8');
  await expect(log.rows.first()).toHaveAttribute('aria-rowindex', '3');
  await expect(log.header('Message Subject')).toHaveAttribute('aria-sort', 'ascending');
  await expect(page.getByRole('status').filter({ hasText: 'Showing 12 messages' })).toHaveCount(1);
});
