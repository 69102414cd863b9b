// Administration by touch, on a tablet and on a phone: everything is large enough, and nothing is wider than the screen.
import { AdministrationPage } from '../harness/administration-page.ts';
import { expect, expectAccessible, PEOPLE, test } from '../harness/test.ts';

const SECTIONS = ['people', 'roles', 'schools', 'tokens', 'sessions'] as const;

test.use({ role: 'admin' });

test('every section and a dialog fit the screen and a finger', async ({ page }) => {
  const office = new AdministrationPage(page);
  const fits = async (state: string) => {
    const found = await page.evaluate(() => {
      const inert = document.querySelector('dialog[open]') ?? document.body;
      const controls = [...inert.querySelectorAll('button, a[href], select, input:not([hidden])')];
      const small = controls
        .map((control) => control.closest('label.option, label.choice') ?? control)
        .filter((control) => !control.closest('p'))
        .map((control) => ({ box: control.getBoundingClientRect(), words: control.textContent ?? '' }))
        .filter(({ box }) => box.width > 0 && box.height < 43.5)
        .map(({ words }) => words);
      return { small, wide: document.documentElement.scrollWidth };
    });
    // The window's own width grows with what is too wide for it on a phone.
    expect(found, state).toEqual({ small: [], wide: page.viewportSize()?.width });
  };
  for (const section of SECTIONS) {
    await office.open(section);
    await fits(section);
    await expectAccessible(page, section);
  }
  await office.open('people');
  await office.button(`Edit ${PEOPLE.operator}`).tap();
  await expect(office.dialog.getByRole('combobox', { name: 'Role' })).toBeVisible();
  await fits('a person');
  await office.dialog.getByRole('button', { name: 'Disable' }).tap();
  await office.dialog.getByRole('button', { name: 'Disable' }).tap();
  await expect(office.row('People', PEOPLE.operator)).toContainText('Disabled');
  await page.goto('/account');
  await expect(page.getByLabel('New password')).toBeVisible();
  await fits('the account');
});
