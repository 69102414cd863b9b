// Pictures to look at, in every size, light and dark: end2end/screenshots/, which git ignores.
import { expect, test } from '../harness/test.ts';

const SIZES = { wide: [1440, 900], small: [1024, 768], tablet: [768, 1024], phone: [390, 844] } as const;

test.use({ district: 'demo' });

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
