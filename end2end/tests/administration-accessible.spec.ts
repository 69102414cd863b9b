// Every section and dialog of the administration, light and dark, breaks no rule that axe knows.
import { AdministrationPage } from '../harness/administration-page.ts';
import { expect, expectAccessible, PEOPLE, test } from '../harness/test.ts';

const SECTIONS = ['people', 'roles', 'schools', 'tokens', 'sessions', 'audit'] as const;

test.use({ role: 'admin', refusals: [404, 409] });

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme, contextOptions: { reducedMotion: 'reduce' } });

    test('the sections, their dialogs, and one’s own account', async ({ page }) => {
      const office = new AdministrationPage(page);
      for (const section of SECTIONS) {
        await office.open(section);
        await expectAccessible(page, section);
      }
      await office.open('sessions');
      await office.button('End all but this').click();
      await expectAccessible(page, 'a question');
      await office.open('people');
      await office.button('Add a person').click();
      await office.dialog.getByRole('button', { name: 'Add another role' }).click();
      await office.dialog.getByRole('textbox').fill(PEOPLE.admin);
      await office.dialog.getByRole('button', { name: 'Add', exact: true }).click();
      await expect(office.dialog.getByRole('alert')).toBeVisible();
      await expectAccessible(page, 'a refusal in a dialog');
      await page.keyboard.press('Escape');
      await office.button(`Edit ${PEOPLE.viewer}`).click();
      await expectAccessible(page, 'a person');
      await page.keyboard.press('Escape');
      const link = await office.add('hanna', 'viewer');
      await office.button('Edit hanna').click();
      await office.dialog.getByRole('button', { name: 'Make a password link' }).click();
      await office.dialog.getByRole('button', { name: 'Make the link' }).click();
      await expect(office.dialog.getByRole('textbox', { name: 'Link' })).toBeVisible();
      await expectAccessible(page, 'shown once');
      await office.open('roles');
      await office.button('Add a role').click();
      await expectAccessible(page, 'a role');
      await office.open('tokens');
      await office.button('Make a token').click();
      await office.dialog.getByRole('radio', { name: 'Some schools' }).check();
      await expect(office.dialog.getByRole('checkbox').first()).toBeVisible();
      await expectAccessible(page, 'a token for some schools');
      await page.goto('/account');
      await expect(page.getByLabel('New password')).toBeVisible();
      await expectAccessible(page, 'the account');
      // A newer link has taken the place of this one.
      await page.goto(link);
      await expect(page.getByRole('alert')).toBeVisible();
      await expectAccessible(page, 'a link that is good no more');
    });
  });
}
