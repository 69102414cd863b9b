// Pictures of the administration to look at: end2end/screenshots/, which git ignores.
import { AdministrationPage } from '../harness/administration-page.ts';
import { expect, PEOPLE, test } from '../harness/test.ts';

const SIZES = { wide: [1440, 900], small: [1024, 768], tablet: [768, 1024], phone: [390, 844] } as const;

test.use({ district: 'demo', role: 'admin' });

for (const [size, [width, height]] of Object.entries(SIZES)) {
  for (const colorScheme of ['light', 'dark'] as const) {
    test(`${size}, ${colorScheme}`, async ({ page, log, server }) => {
      await page.setViewportSize({ width, height });
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      const picture = (name: string) =>
        page.screenshot({ path: `screenshots/office-${name}-${size}-${colorScheme}.png`, animations: 'disabled' });
      const office = new AdministrationPage(page);
      server.token();
      for (const section of ['roles', 'schools', 'tokens', 'sessions', 'people', 'audit'] as const) {
        await office.open(section);
        await picture(section);
      }
      await office.open('people');
      await office.button(`Edit ${PEOPLE.operator}`).click();
      await expect(office.dialog.getByRole('combobox').first()).toBeVisible();
      await picture('person');
      await office.dialog.getByRole('button', { name: 'Disable' }).click();
      await picture('question');
      await page.keyboard.press('Escape');
      const link = await office.add('hanna', 'viewer');
      await office.button('Edit hanna').click();
      await office.dialog.getByRole('button', { name: 'Make a password link' }).click();
      await picture('link-question');
      await page.goto(link);
      await expect(page.getByRole('button', { name: 'Sign in' })).toBeVisible();
      await picture('welcome');
      await office.open('tokens');
      await office.button('Make a token').click();
      await office.dialog.getByRole('textbox', { name: 'Program' }).fill('library');
      await picture('token');
      await office.dialog.getByRole('button', { name: 'Make the token' }).click();
      await expect(office.dialog.getByRole('textbox', { name: 'Token' })).toBeVisible();
      await picture('once');
      await office.open('roles');
      await office.button('Add a role').click();
      await picture('role');
      await page.goto('/account');
      await expect(page.getByLabel('New password')).toBeVisible();
      await picture('account');
      await log.open('?from=2000-01-01&to=2100-01-01');
      await picture('log');
    });
  }
}
