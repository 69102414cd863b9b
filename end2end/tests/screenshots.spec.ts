// Pictures to look at, in every size, light and dark: end2end/screenshots/, which git ignores.
import { expect, test } from '../harness/test.ts';

const SIZES = { wide: [1440, 900], beside: [1280, 800], small: [1024, 768], tablet: [768, 1024], phone: [390, 844] } as const;

test.use({ district: 'demo', unreachable: true });

for (const [size, [width, height]] of Object.entries(SIZES)) {
  for (const colorScheme of ['light', 'dark'] as const) {
    test(`${size}, ${colorScheme}`, async ({ page, log }) => {
      await page.setViewportSize({ width, height });
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      const picture = (name: string) =>
        page.screenshot({ path: `screenshots/${name}-${size}-${colorScheme}.png`, animations: 'disabled' });

      await log.open('?from=2000-01-01&to=2100-01-01');
      await expect(log.rows.first()).toBeVisible();
      await picture('log');
      if (width >= 768) {
        const panel = await log.dropdown('Status');
        await panel.getByRole('checkbox').nth(1).check();
        await picture('dropdown');
        await page.keyboard.press('Escape');
      }
      await log.rows.nth(2).click();
      await expect(log.section('Recipients').getByRole('row').nth(1)).toBeVisible();
      await picture('message');
      await log.section('Sent Message Report Options').scrollIntoViewIfNeeded();
      await picture('report');
      await log.section('Recipients').scrollIntoViewIfNeeded();
      await picture('recipients');
    });

    test(`when there is little, ${size}, ${colorScheme}`, async ({ page, log }) => {
      await page.setViewportSize({ width, height });
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      const picture = (name: string) =>
        page.screenshot({ path: `screenshots/${name}-${size}-${colorScheme}.png`, animations: 'disabled' });

      await log.open('?from=1999-01-01&to=1999-01-31');
      await expect(page.getByText('No messages were created between these days.')).toBeVisible();
      await picture('empty');
      await log.open('?from=2000-01-01&to=2100-01-01&status=waiting&school=none&created=am');
      await expect(page.getByText('No message matches the filters.')).toBeVisible();
      await picture('nothing');
      await log.open('?from=2000-01-01&to=2100-01-01&status=waiting&subject=a');
      await page.route('**/api/messages?*', (route) => route.abort(), { times: 1 });
      await page.getByRole('button', { name: 'Reload' }).click();
      await expect(page.getByRole('alert').filter({ hasText: 'Sentlog cannot be reached' })).toBeVisible();
      await picture('error');
      await log.rows.first().click();
      await page.getByRole('button', { name: 'Cancel this Message' }).click();
      await expect(page.getByRole('dialog')).toBeVisible();
      await picture('cancel');
    });

    test.describe('nobody signed in', () => {
      test.use({ role: 'nobody', refusals: [401] });

      test(`sign-in, ${size}, ${colorScheme}`, async ({ page }) => {
        await page.setViewportSize({ width, height });
        await page.emulateMedia({ colorScheme });
        await page.goto('/sign-in');
        await expect(page.getByRole('button', { name: 'Sign in' })).toBeVisible();
        await page.screenshot({ path: `screenshots/sign-in-${size}-${colorScheme}.png` });
      });
    });
  }
}

// `npm run picture` makes this one the README's.
test('the picture of the README', async ({ page, log, server }) => {
  await page.setViewportSize({ width: 1840, height: 1000 });
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
  const found = await page.request.get(`${server.url}/api/messages`);
  const { messages } = (await found.json()) as { messages: { id: number; subject: string }[] };
  const emergency = messages.find(({ subject }) => subject.startsWith('All Schools Closed'));
  await log.open(`?status=sent&status=error&message=${emergency?.id}`);
  await expect(log.header('ScheduleID')).toBeInViewport({ ratio: 1 });
  await expect(log.row('All Schools Closed')).toBeInViewport();
  await expect(log.value('Delivery Summary', 'Total Recipients')).toHaveText('50,000');
  await expect(log.section('Recipients').getByRole('row').nth(1)).toBeVisible();
  await page.screenshot({ path: 'screenshots/readme.png', animations: 'disabled' });
});
