// The administration's page as a person finds it.
import { expect, type Browser, type Locator, type Page } from '@playwright/test';
import type { Sentlog } from './sentlog.ts';
import { PASSWORD } from './districts.ts';

/** A password that nobody here had before. */
export const ANOTHER = 'a lamp under the green river';

export class AdministrationPage {
  readonly dialog: Locator;

  constructor(readonly page: Page) {
    this.dialog = page.getByRole('dialog');
  }

  /** Opens a section at its address, and waits for its rows. */
  async open(section: 'people' | 'roles' | 'schools' | 'tokens' | 'sessions' | 'audit'): Promise<void> {
    await this.page.goto(section === 'people' ? '/administration' : `/administration/${section}`);
    await expect(this.page.getByRole('heading', { level: 2, name: new RegExp(`^${section}`, 'i') })).toBeVisible();
    await expect(this.page.getByRole('status').filter({ hasText: 'Loading' })).toHaveCount(0);
  }

  button(name: string | RegExp): Locator {
    return this.page.getByRole('button', { name, exact: true });
  }

  /** The row of a table whose first cell is `name`. */
  row(table: string, name: string): Locator {
    return this.page
      .getByRole('table', { name: table })
      .getByRole('row')
      .filter({ has: this.page.getByRole('rowheader', { name, exact: true }) });
  }

  /** Adds a person with one role, and returns the link that is shown. */
  async add(name: string, role: string, school?: string): Promise<string> {
    await this.button('Add a person').click();
    await this.dialog.getByRole('textbox', { name: 'Name to sign in with' }).fill(name);
    await this.dialog.getByRole('combobox', { name: 'Role' }).selectOption(role);
    if (school !== undefined) await this.dialog.getByRole('combobox', { name: 'School' }).selectOption({ label: school });
    await this.dialog.getByRole('button', { name: 'Add', exact: true }).click();
    const link = await this.dialog.getByRole('textbox', { name: 'Link' }).inputValue();
    await this.dialog.getByRole('button', { name: 'Done' }).click();
    await expect(this.dialog).toBeHidden();
    return link;
  }
}

/** Another person at another browser. */
export async function elsewhere(browser: Browser): Promise<Page> {
  const context = await browser.newContext({ timezoneId: 'Asia/Tokyo', locale: 'de-DE' });
  return context.newPage();
}

/** Signs in by the page. */
export async function enter(page: Page, server: Sentlog, name: string, password = PASSWORD): Promise<void> {
  await page.goto(`${server.url}/sign-in`);
  await page.getByRole('textbox', { name: 'Name' }).fill(name);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}
