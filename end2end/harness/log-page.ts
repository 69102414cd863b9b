// The log as a person finds it: by roles and names, never by how it is built.
import { expect, type Locator, type Page } from '@playwright/test';

export class LogPage {
  readonly grid: Locator;
  readonly rows: Locator;
  readonly counts: Locator;
  readonly detail: Locator;

  constructor(readonly page: Page) {
    this.grid = page.getByRole('grid', { name: 'Sent Message Log' });
    // Of the head's two rows one has headers, the other has fields; every other row is a message.
    this.rows = this.grid
      .getByRole('row')
      .filter({ hasNot: page.getByRole('columnheader') })
      .filter({ hasNot: page.getByRole('textbox') });
    this.counts = page.getByText(/^Showing /).filter({ visible: true }).first();
    this.detail = page.getByRole('region', { name: 'Selected message' });
  }

  /** Opens the log at an address of its own, and waits until a search has ended. */
  async open(query = ''): Promise<void> {
    await this.page.goto(`/${query}`);
    await expect(this.grid).toHaveAttribute('aria-busy', 'false');
  }

  /** Opens the days of the manual's screens. */
  async openManual(query = ''): Promise<void> {
    await this.open(`?from=2020-01-31&to=2020-01-31${query}`);
    await expect(this.rows.first()).toBeVisible();
  }

  day(which: 'first' | 'last'): Locator {
    return this.page.getByLabel(`Created Between, ${which} day`);
  }

  /** Searches the days between two, by the form. */
  async find(from: string, to: string): Promise<void> {
    await this.day('first').fill(from);
    await this.day('last').fill(to);
    await this.page.getByRole('button', { name: 'Find Messages' }).click();
  }

  filter(column: string): Locator {
    return this.page.getByRole('textbox', { name: `Filter ${column}` });
  }

  header(column: string): Locator {
    return this.grid.getByRole('columnheader', { name: column });
  }

  async sort(column: string): Promise<void> {
    await this.header(column).getByRole('button', { name: column, exact: true }).click();
  }

  /** Opens a column's dropdown and returns its panel. */
  async dropdown(column: string): Promise<Locator> {
    await this.page.getByRole('button', { name: `Filter ${column}`, exact: true }).click();
    const panel = this.page.getByRole('dialog', { name: column, exact: true });
    await expect(panel).toBeVisible();
    return panel;
  }

  row(text: string | RegExp): Locator {
    return this.rows.filter({ hasText: text });
  }

  /** Opens a message by a click on its row, and waits for its figures. */
  async select(text: string | RegExp): Promise<void> {
    await this.row(text).first().click();
    await expect(this.section('Delivery Summary')).toBeVisible();
  }

  /** A section of the detail, by its heading. */
  section(name: string): Locator {
    return this.detail.getByRole('region', { name, exact: true });
  }

  /** The value that stands beside a term. */
  value(section: string, term: string): Locator {
    return this.section(section)
      .locator('dl > div')
      .filter({ has: this.page.locator('dt', { hasText: new RegExp(`^${term}$`) }) })
      .locator('dd');
  }

  /** One cell of every message on screen, from the top. */
  async column(number: number): Promise<string[]> {
    const cells = this.rows.locator(`:scope > [aria-colindex="${number}"]`);
    return (await cells.allInnerTexts()).map((text) => text.trim());
  }
}

/** The columns' numbers. */
export const COLUMN = {
  status: 1,
  type: 2,
  school: 3,
  subject: 4,
  sender: 5,
  created: 6,
  scheduled: 7,
  schedule: 8,
} as const;
