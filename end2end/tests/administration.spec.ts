// Administration: who may sign in, what they may do, and how it ends.
import { AdministrationPage, ANOTHER, elsewhere, enter } from '../harness/administration-page.ts';
import { expect, PASSWORD, PEOPLE, test } from '../harness/test.ts';

const MANUAL = '/?from=2020-01-31&to=2020-01-31';

test.use({ role: 'admin' });

test('somebody is added, chooses a password and sees one school, until they are disabled', async ({ page, log, server, browser }) => {
  const office = new AdministrationPage(page);
  await log.openManual();
  await page.getByRole('link', { name: 'Administration' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Administration' })).toBeVisible();
  const link = await office.add('hanna', 'operator', 'High School');
  expect(new URL(link).pathname).toBe('/welcome');
  await expect(office.row('People', 'hanna')).toContainText('operator at High School');
  await expect(office.row('People', 'hanna')).toContainText('Link not used');

  const theirs = await elsewhere(browser);
  await theirs.goto(link);
  await expect(theirs.getByRole('textbox', { name: 'Name' })).toHaveValue('hanna');
  await theirs.getByLabel('Password', { exact: true }).fill('short');
  await theirs.getByRole('button', { name: 'Sign in' }).click();
  await expect(theirs.getByRole('alert')).toContainText('Choose another password');
  await theirs.getByLabel('Password', { exact: true }).fill(ANOTHER);
  await theirs.getByRole('button', { name: 'Sign in' }).click();
  await expect(theirs.getByRole('heading', { level: 1, name: 'Sent Message Log' })).toBeVisible();
  await theirs.goto(server.url + MANUAL);
  const rows = theirs.getByRole('grid').getByRole('row', { selected: false });
  await expect(rows.first()).toBeVisible();
  for (const school of await theirs.locator('tbody [aria-colindex="3"]').allInnerTexts()) {
    expect(school.trim()).toBe('High School');
  }
  await expect(theirs.getByRole('link', { name: 'Administration' })).toHaveCount(0);
  await theirs.goto(`${server.url}/administration`);
  await expect(theirs.getByRole('heading', { name: 'This is for administrators' })).toBeVisible();
  await theirs.goto(server.url + MANUAL);
  await expect(rows.first()).toBeVisible();

  await office.open('people');
  await office.button('Edit hanna').click();
  await office.dialog.getByRole('button', { name: 'Disable' }).click();
  await expect(office.dialog).toContainText('signed out at once');
  await office.dialog.getByRole('button', { name: 'Disable' }).click();
  await expect(office.row('People', 'hanna')).toContainText('Disabled');
  // Nothing was touched on their page.
  await expect(theirs.getByRole('heading', { name: 'Sign in to Sentlog' })).toBeVisible();
  await theirs.getByRole('textbox', { name: 'Name' }).fill('hanna');
  await theirs.getByLabel('Password').fill(ANOTHER);
  await theirs.getByRole('button', { name: 'Sign in' }).click();
  await expect(theirs.getByRole('alert')).toBeVisible();

  await office.button('Edit hanna').click();
  await office.dialog.getByRole('button', { name: 'Enable' }).click();
  await expect(office.row('People', 'hanna')).toContainText('May sign in');
  await enter(theirs, server, 'hanna', ANOTHER);
  await expect(theirs.getByRole('heading', { level: 1, name: 'Sent Message Log' })).toBeVisible();
  await theirs.context().close();
});

test('a password link is good once, and the old password opens nothing', async ({ page, server, browser }) => {
  const office = new AdministrationPage(page);
  await office.open('people');
  await office.button(`Edit ${PEOPLE.viewer}`).click();
  await office.dialog.getByRole('button', { name: 'Make a password link' }).click();
  await expect(office.dialog.getByRole('button', { name: 'Go back' })).toBeFocused();
  await office.dialog.getByRole('button', { name: 'Make the link' }).click();
  await expect(office.dialog).toContainText('It is shown this once');
  const link = await office.dialog.getByRole('textbox', { name: 'Link' }).inputValue();
  await office.dialog.getByRole('button', { name: 'Done' }).click();

  const theirs = await elsewhere(browser);
  await enter(theirs, server, PEOPLE.viewer);
  await expect(theirs.getByRole('alert')).toBeVisible();
  await theirs.goto(link);
  await theirs.getByLabel('Password', { exact: true }).fill(ANOTHER);
  await theirs.getByRole('button', { name: 'Sign in' }).click();
  await expect(theirs.getByRole('heading', { level: 1, name: 'Sent Message Log' })).toBeVisible();
  await theirs.goto('about:blank');
  await theirs.goto(link);
  await expect(theirs.getByRole('alert')).toContainText('This link is good no more');
  await theirs.context().close();
});

test.describe('refused', () => {
  test.use({ refusals: [409, 400] });

  test('a name that is taken is refused beside its field, and the last administrator stays', async ({ page }) => {
    const office = new AdministrationPage(page);
    await office.open('people');
    await office.button('Add a person').click();
    const name = office.dialog.getByRole('textbox', { name: 'Name to sign in with' });
    await name.fill(PEOPLE.viewer);
    await office.dialog.getByRole('button', { name: 'Add', exact: true }).click();
    await expect(name).toHaveAttribute('aria-invalid', 'true');
    await expect(name).toHaveAccessibleDescription(/already/);
    await page.keyboard.press('Escape');
    await expect(office.button('Add a person')).toBeFocused();

    await office.button(`Edit ${PEOPLE.admin}`).click();
    await office.dialog.getByRole('combobox', { name: 'Role' }).selectOption('viewer');
    await office.dialog.getByRole('button', { name: 'Save' }).click();
    await expect(office.dialog.getByRole('alert')).toContainText('Nobody would be left to administer');
  });
});

test('a role is made, given, changed and deleted once nobody has it', async ({ page }) => {
  const office = new AdministrationPage(page);
  await office.open('roles');
  await office.button('Add a role').click();
  await office.dialog.getByRole('button', { name: 'Save' }).click();
  await expect(office.dialog.getByRole('alert')).toContainText('Give the role a name');
  await office.dialog.getByRole('textbox', { name: 'Name' }).fill('front desk');
  await office.dialog.getByRole('checkbox', { name: 'Print reports' }).check();
  await office.dialog.getByRole('button', { name: 'Save' }).click();
  const row = office.row('Roles', 'front desk');
  await expect(row.getByRole('cell')).toHaveText(['Yes', 'No', 'Yes', 'No', 'No', '0', 'Edit']);

  await office.open('people');
  await office.button(`Edit ${PEOPLE.viewer}`).click();
  await office.dialog.getByRole('combobox', { name: 'Role' }).selectOption('front desk');
  await office.dialog.getByRole('button', { name: 'Save' }).click();
  await expect(office.row('People', PEOPLE.viewer)).toContainText('front desk at all schools');

  await office.open('roles');
  await office.button('Edit front desk').click();
  await expect(office.dialog.getByRole('button', { name: 'Delete' })).toHaveAttribute('aria-disabled', 'true');
  await expect(office.dialog).toContainText('1 person has this role');
  await page.keyboard.press('Escape');

  await office.open('people');
  await office.button(`Edit ${PEOPLE.viewer}`).click();
  await office.dialog.getByRole('combobox', { name: 'Role' }).selectOption('viewer');
  await office.dialog.getByRole('button', { name: 'Save' }).click();
  await office.open('roles');
  await office.button('Edit front desk').click();
  await office.dialog.getByRole('button', { name: 'Delete' }).click();
  await office.dialog.getByRole('button', { name: 'Delete' }).click();
  await expect(row).toHaveCount(0);
});

test('a token is shown once, submits, and submits no more once it is revoked', async ({ page, server }) => {
  const office = new AdministrationPage(page);
  await office.open('tokens');
  await expect(page.getByText('No program submits messages yet.')).toBeVisible();
  await office.button('Make a token').click();
  await office.dialog.getByRole('textbox', { name: 'Program' }).fill('portal');
  await office.dialog.getByRole('button', { name: 'Make the token' }).click();
  await expect(office.dialog).toContainText('It is shown this once');
  const token = await office.dialog.getByRole('textbox', { name: 'Token' }).inputValue();
  await office.dialog.getByRole('button', { name: 'Done' }).click();
  await expect(office.row('Tokens', 'portal')).toContainText('Good');
  expect(await page.content()).not.toContain(token);

  const message = {
    message_type: 'Message Builder',
    organization: 'High School',
    subject: 'Choir',
    sender: 'Portal',
    created_at: new Date().toISOString(),
    body: { email: 'The choir meets.' },
    recipients: [{ person: 'p1', name: 'Parent, Heather', deliveries: [{ device: 'email', address: 'heather@example.org' }] }],
  };
  await server.submit(token, { ...message, external_id: 'a' });
  await office.button('Revoke portal').click();
  await office.dialog.getByRole('button', { name: 'Revoke' }).click();
  await expect(office.row('Tokens', 'portal')).toContainText('Revoked');
  await expect(office.button('Revoke portal')).toHaveCount(0);
  await expect(server.submit(token, { ...message, external_id: 'b' })).rejects.toThrow(/^401/);
});

test('a session that is ended ends its page', async ({ page, server, browser }) => {
  const theirs = await elsewhere(browser);
  await enter(theirs, server, PEOPLE.operator);
  await expect(theirs.getByRole('heading', { level: 1, name: 'Sent Message Log' })).toBeVisible();
  const office = new AdministrationPage(page);
  await office.open('sessions');
  await expect(office.row('Sessions', PEOPLE.admin)).toContainText('This browser');
  await office.row('Sessions', PEOPLE.operator).getByRole('button').click();
  await office.dialog.getByRole('button', { name: 'End the session' }).click();
  await expect(office.row('Sessions', PEOPLE.operator)).toHaveCount(0);
  await expect(theirs.getByRole('heading', { name: 'Sign in to Sentlog' })).toBeVisible();
  await theirs.context().close();
});

test('a school is added ahead of its first message, and rights are granted there', async ({ page }) => {
  const office = new AdministrationPage(page);
  await office.open('schools');
  await office.button('Add a school').click();
  await office.dialog.getByRole('textbox', { name: /District\/School/ }).fill('Valley Elementary');
  await office.dialog.getByRole('button', { name: 'Add', exact: true }).click();
  await expect(office.row('Schools', 'Valley Elementary').getByRole('cell').first()).toHaveText('0');
  await page.getByRole('link', { name: 'People' }).click();
  await office.add('vally', 'viewer', 'Valley Elementary');
  await expect(office.row('People', 'vally')).toContainText('viewer at Valley Elementary');
  await page.goBack();
  await expect(page.getByRole('heading', { level: 2, name: 'Schools' })).toBeVisible();
});

test.describe('one’s own password', () => {
  test.use({ role: 'viewer', refusals: [403, 401] });

  test('is changed by whoever knows it, and ends their other sessions', async ({ page, log, server, browser }) => {
    const theirs = await elsewhere(browser);
    await enter(theirs, server, PEOPLE.viewer);
    await expect(theirs.getByRole('heading', { level: 1, name: 'Sent Message Log' })).toBeVisible();
    await log.openManual();
    await page.getByRole('link', { name: PEOPLE.viewer }).click();
    await expect(page.getByRole('navigation', { name: 'Sections' }).getByRole('link')).toHaveText(['Your account', 'Sent Message Log']);
    const current = page.getByLabel('Current password');
    await current.fill('not my password');
    await page.getByLabel('New password').fill(ANOTHER);
    await page.getByRole('button', { name: 'Change the password' }).click();
    await expect(current).toHaveAccessibleDescription(/not your current password/);
    await current.fill(PASSWORD);
    await page.getByRole('button', { name: 'Change the password' }).click();
    await expect(page.getByText('The password is changed.')).toBeVisible();
    await expect(theirs.getByRole('heading', { name: 'Sign in to Sentlog' })).toBeVisible();
    await enter(theirs, server, PEOPLE.viewer, ANOTHER);
    await expect(theirs.getByRole('heading', { level: 1, name: 'Sent Message Log' })).toBeVisible();
    await theirs.context().close();
  });
});

test.describe('a session that has ended', () => {
  test.use({ refusals: [401] });

  test('leads to the sign-in page, and from there back to the same section', async ({ page }) => {
    const office = new AdministrationPage(page);
    await office.open('roles');
    await page.context().clearCookies();
    await page.getByRole('link', { name: 'Tokens' }).click();
    await expect(page.getByRole('heading', { name: 'Sign in to Sentlog' })).toBeVisible();
    await page.getByRole('textbox', { name: 'Name' }).fill(PEOPLE.admin);
    await page.getByLabel('Password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await expect(page.getByRole('heading', { level: 2, name: 'Tokens' })).toBeVisible();
  });
});

test.describe('a server that cannot be reached', () => {
  test.use({ unreachable: true });

  test('is said so, and trying again helps', async ({ page, server }) => {
    const office = new AdministrationPage(page);
    await office.open('people');
    await server.stop();
    await page.getByRole('link', { name: 'Schools' }).click();
    const alert = page.getByRole('alert').filter({ hasText: 'Sentlog cannot be reached' });
    await expect(alert).toBeVisible();
    const again = await server.restart();
    await alert.getByRole('button', { name: 'Try again' }).click();
    await expect(office.row('Schools', 'High School')).toBeVisible();
    await again.stop();
  });
});

test('everything is done by keyboard alone', async ({ page }) => {
  const office = new AdministrationPage(page);
  await office.open('people');
  await office.button('Add a person').focus();
  await page.keyboard.press('Enter');
  await expect(office.dialog.getByRole('textbox', { name: 'Name to sign in with' })).toBeFocused();
  await page.keyboard.type('kim');
  await page.keyboard.press('Tab');
  await expect(office.dialog.getByRole('combobox', { name: 'Role' })).toBeFocused();
  await page.keyboard.press('o');
  await expect(office.dialog.getByRole('combobox', { name: 'Role' })).toHaveValue('operator');
  await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('Enter');
  await expect(office.dialog.getByRole('button', { name: 'Copy' })).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(office.dialog).toBeHidden();
  await expect(office.button('Add a person')).toBeFocused();
  await expect(office.row('People', 'kim')).toBeVisible();
});
