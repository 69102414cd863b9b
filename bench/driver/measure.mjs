// Real keys and clicks, told apart by what was done; every step's result is checked as well as timed.
import { expected } from '../tables/rows.js';
import { signature } from './probe.mjs';

const idle = (page) =>
  page.evaluate(
    () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 30)))),
  );

/** Processor time that a page has spent in script, style and layout so far, in milliseconds. */
async function work(session) {
  const { metrics } = await session.send('Performance.getMetrics');
  const of = (name) => metrics.find((metric) => metric.name === name).value * 1000;
  return of('ScriptDuration') + of('RecalcStyleDuration') + of('LayoutDuration');
}

/** One open page and how to reach its parts. */
export class Contender {
  constructor(name, page, session) {
    Object.assign(this, { name, page, session });
  }

  /** Does `act`, which fires `event`, and records how long the page takes to show `rows`. */
  async step(samples, kind, event, rows, act) {
    const { page, session } = this;
    const wanted = signature(rows);
    const changes = (await page.evaluate(() => window.probe.shown())) !== wanted;
    await page.evaluate(([type, text]) => window.probe.arm(type, text), [event, wanted]);
    const before = await work(session);
    await act();
    const frame = await page.evaluate(() => window.probe.result);
    const after = await work(session);
    if (typeof frame === 'string') throw new Error(`${this.name}, ${kind}: ${frame}`);
    await idle(page);
    // A key after which the same rows stand on screen says nothing about showing them.
    if (changes) samples.push({ contender: this.name, kind, frame, work: after - before });
  }

  /** Types `text` key by key into a filter, then takes it back key by key. */
  async type(samples, all, column, label, text) {
    const name = this.name === 'AG Grid' ? `${label} Filter Input` : `Filter ${label}`;
    await this.page.getByRole('textbox', { name }).click();
    await idle(this.page);
    let typed = '';
    const key = async (name, next) => {
      typed = next;
      const rows = expected(all, { typed: { [column]: typed } });
      await this.step(samples, `type ${label}`, 'keydown', rows, () => this.page.keyboard.press(name));
    };
    for (const character of text) await key(character === ' ' ? 'Space' : character, typed + character);
    while (typed !== '') await key('Backspace', typed.slice(0, -1));
  }

  /** Chooses one of the values that a column has, and takes it back. Tables that bring no such filter are left out. */
  async choose(samples, all, column, label, value) {
    const panel = await this.open(label);
    if (panel === null) return;
    // Its name says how many rows have it, too.
    const box = panel.getByRole('checkbox', { name: new RegExp(`^${value.replace(/\W/g, '\\$&')} [\\d,]+$`) });
    for (const chosen of [{ [column]: value }, {}]) {
      await this.step(samples, `choose ${label}`, 'click', expected(all, { chosen }), () => box.click());
    }
    await this.close(label);
  }

  /** Opens the dropdown of a column, where there is one. */
  async open(label) {
    const { page } = this;
    const name = `Filter ${label}`;
    if (this.name === 'Sentlog') {
      await page.getByRole('button', { name, exact: true }).click();
    } else if (this.name === 'vanilla') {
      await page.getByLabel(name, { exact: true }).click();
    } else {
      return null;
    }
    await idle(page);
    return page.getByRole('dialog', { name: label, exact: true });
  }

  async close(label) {
    if (this.name === 'Sentlog') await this.page.keyboard.press('Escape');
    else await this.page.getByLabel(`Filter ${label}`, { exact: true }).click();
    await idle(this.page);
  }

  /** Sorts by a column: ascending, descending, back to newest first. */
  async sort(samples, all, column, label) {
    const header =
      this.name === 'AG Grid'
        ? this.page.locator('.ag-header-cell-label', { hasText: label })
        : this.page.getByRole('columnheader', { name: label }).getByRole('button', { name: label, exact: true });
    const by = (descending) => ({ sort: { by: column, descending } });
    for (const rules of [by(false), by(true), {}]) {
      await this.step(samples, `sort ${label}`, 'click', expected(all, rules), () => header.click());
    }
  }
}

/** The middle of some numbers. */
export function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** The number that nine tenths of the others do not pass. */
export function ninetieth(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.ceil(sorted.length * 0.9) - 1];
}
