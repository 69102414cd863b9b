// Signing in at the district's own provider, and coming back.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { signOn } from '../harness/provider.ts';
import type { Sentlog } from '../harness/sentlog.ts';
import { expect, expectAccessible, test as base } from '../harness/test.ts';

const test = base.extend<{ args: string[]; door: Sentlog }>({
  args: [[], { option: true }],
  door: async ({ args }, use) => {
    const folder = mkdtempSync(join(tmpdir(), 'sentlog-door-'));
    const { server, stop } = await signOn(folder, args);
    await use(server);
    await stop();
    rmSync(folder, { recursive: true, force: true });
    expect(server.log, 'the log has no faults').not.toMatch(/panicked| ERROR /);
  },
});
test.use({ role: 'nobody', refusals: [401] });

const button = (page: Page) => page.getByRole('link', { name: 'Sign in with Harrison School District' });

/** Does what the provider asks. */
async function provide(page: Page, name: string): Promise<void> {
  await page.getByPlaceholder('Enter any login').fill(name);
  await page.getByPlaceholder('and password').fill('any');
  await page.getByRole('button', { name: 'Sign-in' }).click();
  await page.getByRole('button', { name: 'Continue' }).click();
}

test('who signs in at the provider lands on the page wanted', async ({ page, door, log }) => {
  await page.goto(`${door.url}/?from=2020-01-31&to=2020-01-31&subject=library`);
  await expect(page.getByRole('heading', { name: 'Sign in to Sentlog' })).toBeVisible();
  await expectAccessible(page, 'with a provider');
  await button(page).click();
  await provide(page, 'office');
  await expect(log.row('Library Hours')).toBeVisible();
  await expect(log.filter('Message Subject')).toHaveValue('library');
  await expect(page.getByText('Olga Office', { exact: true })).toBeVisible();
  const cookies = await page.context().cookies(door.url);
  const ours = cookies.filter((cookie) => cookie.name.startsWith('sentlog'));
  expect(ours).toHaveLength(1);
  expect(ours[0]).toMatchObject({ name: 'sentlog', httpOnly: true, sameSite: 'Strict' });

  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(button(page)).toBeVisible();
});

test('whoever the provider calls a script is shown by that name', async ({ page, door }) => {
  await page.goto(`${door.url}/sign-in`);
  await button(page).click();
  await provide(page, 'intruder');
  await expect(page.getByText('<img src=x onerror=alert(50)>', { exact: true })).toBeVisible();
  await expect(page.locator('img[src="x"]')).toHaveCount(0);
});

test('who has no right here is told so on the sign-in page', async ({ page, door }) => {
  await page.goto(`${door.url}/sign-in`);
  await button(page).click();
  await provide(page, 'somebody');
  const refusal = page.getByRole('alert').filter({ hasText: 'gives you no right to use Sentlog' });
  await expect(refusal).toBeVisible();
  await page.reload();
  await expect(button(page)).toBeVisible();
  await expect(refusal).toHaveCount(0);
});

test.describe('where it is the only way in', () => {
  test.use({ args: ['--no-local-sign-in'] });

  test('the page asks for no password', async ({ page, door }) => {
    await page.goto(`${door.url}/sign-in`);
    await expect(button(page)).toBeVisible();
    await expect(page.getByLabel('Password')).toBeHidden();
    await expect(page.getByRole('button', { name: 'Sign in' })).toBeHidden();
  });
});
