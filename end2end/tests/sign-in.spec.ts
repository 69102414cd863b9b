// Signing in: nobody sees anything before, and everybody lands where they wanted to be.
import { expect, PASSWORD, PEOPLE, test } from '../harness/test.ts';

test.use({ role: 'nobody', refusals: [401] });

test('a stranger is asked to sign in and lands on the page wanted', async ({ page, log }) => {
  await page.goto('/?from=2020-01-31&to=2020-01-31&subject=library');
  await expect(page.getByRole('heading', { name: 'Sign in to Sentlog' })).toBeVisible();
  await expect(page.getByRole('textbox', { name: 'Name' })).toBeFocused();

  await page.getByRole('textbox', { name: 'Name' }).fill(PEOPLE.operator);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();

  await expect(log.rows).toHaveCount(1);
  await expect(log.row('Library Hours')).toBeVisible();
  await expect(log.filter('Message Subject')).toHaveValue('library');
  await expect(page.getByText(PEOPLE.operator, { exact: true })).toBeVisible();
});

test('a stranger never sees the log, not even an empty one', async ({ page, log }) => {
  let answer = () => {};
  const held = new Promise<void>((done) => (answer = done));
  const asked: string[] = [];
  await page.route('**/api/{session,messages?*}', async (route) => {
    asked.push(new URL(route.request().url()).pathname);
    await held;
    await route.continue();
  });
  await page.goto('/?from=2020-01-31&to=2020-01-31');
  // Both questions are on their way, so that whoever is signed in waits for one answer's time, not two.
  await expect.poll(() => asked.toSorted()).toEqual(['/api/messages', '/api/session']);
  await expect(page.locator('.before')).toBeVisible();
  await expect(log.grid).toHaveCount(0);
  await expect(page.getByRole('heading')).toHaveCount(0);
  answer();
  await expect(page.getByRole('heading', { name: 'Sign in to Sentlog' })).toBeVisible();
});

test('a wrong password and an unknown name are refused alike', async ({ page }) => {
  await page.goto('/sign-in');
  const attempt = async (name: string, password: string) => {
    await page.getByRole('textbox', { name: 'Name' }).fill(name);
    await page.getByLabel('Password').fill(password);
    const answered = page.waitForResponse((r) => r.request().method() === 'POST');
    await page.getByRole('button', { name: 'Sign in' }).click();
    expect((await answered).status()).toBe(401);
    const alert = page.getByRole('alert').filter({ hasText: /\S/ });
    await expect(alert).toBeVisible();
    return alert.innerText();
  };
  const wrong = await attempt(PEOPLE.operator, 'wrong');
  expect(await attempt('nobody-of-that-name', 'wrong')).toBe(wrong);
  await expect(page.getByRole('heading', { name: 'Sign in to Sentlog' })).toBeVisible();
});

test.describe('after too many attempts', () => {
  test.use({ refusals: [401, 429] });

  test('even the right password has to wait, and the page says so', async ({ page, request, server }) => {
    const attempt = (password: string) =>
      request.post(`${server.url}/api/session`, { data: { name: PEOPLE.viewer, password } });
    await expect
      .poll(async () => (await attempt('wrong')).status(), { intervals: [0], message: 'attempts are limited' })
      .toBe(429);
    await page.goto('/sign-in');
    await page.getByRole('textbox', { name: 'Name' }).fill(PEOPLE.viewer);
    await page.getByLabel('Password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await expect(page.getByRole('alert').filter({ hasText: /attempts|wait|later|minute/i })).toBeVisible();
    await expect(page.getByRole('heading', { name: 'Sign in to Sentlog' })).toBeVisible();
  });
});

test('an address of another site is never gone to after signing in', async ({ page, server }) => {
  await page.goto('/sign-in?next=//example.com/');
  await page.getByRole('textbox', { name: 'Name' }).fill(PEOPLE.admin);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Sent Message Log' })).toBeVisible();
  expect(page.url()).toContain(server.url);
});

test('signing out ends the session on the server too', async ({ page, log }) => {
  await page.goto('/sign-in');
  await page.getByRole('textbox', { name: 'Name' }).fill(PEOPLE.operator);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(log.grid).toBeVisible();
  const before = await page.context().cookies();

  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(page.getByRole('heading', { name: 'Sign in to Sentlog' })).toBeVisible();

  await page.context().clearCookies();
  await page.context().addCookies(before);
  await page.goto('/');
  await expect(page.getByRole('heading', { name: 'Sign in to Sentlog' })).toBeVisible();
});

test('the session cookie is out of reach of scripts and other sites', async ({ page }) => {
  await page.goto('/sign-in');
  await page.getByRole('textbox', { name: 'Name' }).fill(PEOPLE.operator);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Sent Message Log' })).toBeVisible();
  const [cookie, ...others] = await page.context().cookies();
  expect(others).toEqual([]);
  expect(cookie).toMatchObject({ httpOnly: true, path: '/' });
  expect(['Lax', 'Strict']).toContain(cookie?.sameSite);
});

test('a demonstration is entered with one click', async ({ page, demonstration }) => {
  await page.goto(demonstration.url);
  await page.getByRole('button', { name: 'Enter the demonstration' }).click();
  await expect(page.getByText(/^Showing /).first()).toBeVisible();
});

test('a server that is no demonstration offers no such entry', async ({ page, request, server }) => {
  await page.goto('/sign-in');
  await expect(page.getByRole('button', { name: 'Sign in' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Enter the demonstration' })).toHaveCount(0);
  const answer = await request.post(`${server.url}/api/session/demo`);
  expect(answer.ok()).toBe(false);
});
