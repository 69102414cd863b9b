// The audit trail: what people did is read in words, filtered, and beside the message that it was done to.
import { AdministrationPage, elsewhere, enter } from '../harness/administration-page.ts';
import { LogPage } from '../harness/log-page.ts';
import { expect, PEOPLE, test } from '../harness/test.ts';

test.use({ role: 'admin', refusals: [400] });

test('what somebody did stands in the trail, and is found by who, what and when', async ({ page, server, browser }) => {
  const office = new AdministrationPage(page);
  const theirs = await elsewhere(browser);
  await enter(theirs, server, PEOPLE.operator);
  await expect(theirs.getByRole('heading', { level: 1, name: 'Sent Message Log' })).toBeVisible();
  await theirs.goto(`${server.url}/?from=2020-01-31&to=2020-01-31`);
  const log = new LogPage(theirs);
  await log.select('Library Hours');
  await expect(log.section('Recipients').getByRole('row').nth(1)).toBeVisible();
  const recorded = theirs.waitForResponse(`${server.url}/api/exports`);
  await theirs.getByRole('button', { name: 'Export' }).click();
  expect((await recorded).status()).toBe(204);
  await theirs.context().close();

  await office.open('audit');
  const rows = page.getByRole('table', { name: 'Audit trail' }).getByRole('row').filter({ has: page.getByRole('rowheader') });
  const exported = rows.filter({ hasText: 'rows of the log as a file' });
  await expect(exported).toContainText(PEOPLE.operator);
  await expect(rows.filter({ hasText: /^.*ada.*Signed in/ })).not.toHaveCount(0);

  await page.getByRole('searchbox', { name: 'Find by name' }).fill('OTT');
  await expect(rows.filter({ hasText: 'ada' })).toHaveCount(0);
  await expect(exported).toBeVisible();
  await page.getByRole('combobox', { name: 'What' }).selectOption('Looked at a message');
  await expect(exported).toHaveCount(0);
  await expect(rows).toHaveCount(1);
  await expect(rows).toContainText(/Looked at message \d+/);

  const message = /message (\d+)/.exec(await rows.innerText())?.[1];
  await page.getByRole('link', { name: `Open message ${message}` }).click();
  await expect(page.getByRole('heading', { level: 2, name: 'Library Hours' })).toBeVisible();
  const history = new LogPage(page).section('History');
  await history.getByText('Who did what with this message').click();
  await expect(history.getByRole('listitem').filter({ hasText: `${PEOPLE.operator} · Looked at it` })).toBeVisible();

  await office.open('audit');
  await page.getByLabel('Last day').fill('2020-01-01');
  await expect(page.getByText('Nothing was recorded here.')).toBeVisible();
  await page.getByLabel('Last day').fill('');
  await expect(exported).toBeVisible();
  await page.getByLabel('First day').fill('2020-02-01');
  await page.getByLabel('Last day').fill('2020-01-01');
  await expect(page.getByRole('alert')).toContainText('The first day is after the last');
});

test('the newest two hundred lines come first, and older ones when asked for', async ({ page, server }) => {
  const office = new AdministrationPage(page);
  await office.open('audit');
  for (let rows = 0; rows < 210; rows++) {
    const saved = await page.request.post(`${server.url}/api/exports`, {
      data: { rows },
      headers: { origin: server.url, 'sec-fetch-site': 'same-origin' },
    });
    expect(saved.status()).toBe(204);
  }
  await office.button('Refresh').click();
  const rows = page.getByRole('table', { name: 'Audit trail' }).getByRole('row').filter({ has: page.getByRole('rowheader') });
  await expect(rows).toHaveCount(200);
  await expect(rows.first()).toContainText('Saved 209 rows');
  await office.button('Show older').click();
  await expect(rows.filter({ hasText: 'Saved 0 rows' })).toBeVisible();
  await expect(office.button('Show older')).toHaveCount(0);
});

test('what the finder asks for is not cut off on a tablet', async ({ page }) => {
  await page.setViewportSize({ width: 768, height: 1024 });
  const office = new AdministrationPage(page);
  await office.open('audit');
  const room = await page.getByRole('searchbox', { name: 'Find by name' }).evaluate((field: HTMLInputElement) => {
    const style = getComputedStyle(field);
    const pen = document.createElement('canvas').getContext('2d');
    if (pen === null) throw new Error('nothing to measure with');
    pen.font = style.font;
    const inside = field.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
    return inside - pen.measureText(field.placeholder).width;
  });
  expect(room).toBeGreaterThanOrEqual(0);
});

test('a message’s newest two hundred lines come first, and older ones when asked for', async ({ page, log, server }) => {
  await log.openManual();
  await log.select('Library Hours');
  const id = new URL(page.url()).searchParams.get('message');
  for (let reports = 0; reports < 205; reports++) {
    const printed = await page.request.get(`${server.url}/api/messages/${id}/report?format=csv&detail=all`);
    expect(printed.status()).toBe(200);
  }
  const history = log.section('History');
  await history.getByText('Who did what with this message').click();
  const lines = history.getByRole('listitem');
  await expect(lines).toHaveCount(200);
  for (const line of await lines.allInnerTexts()) expect(line).toContain(`${PEOPLE.admin} · Printed the report of it`);
  const older = history.getByRole('button', { name: 'Show older lines' });
  await older.click();
  await expect(lines).toHaveCount(206);
  await expect(lines.last()).toContainText(`${PEOPLE.admin} · Looked at it`);
  await expect(older).toHaveCount(0);
});

test('a message tells who canceled it', async ({ page, log }) => {
  await log.openManual();
  await log.select('Library Hours');
  const history = log.section('History');
  await history.getByText('Who did what with this message').click();
  await expect(history.getByRole('listitem')).not.toHaveCount(0);
  await page.getByRole('button', { name: 'Cancel this Message' }).click();
  await page.getByRole('dialog', { name: 'Cancel this Message' }).getByRole('button', { name: 'OK' }).click();
  await expect(history.getByRole('listitem').first()).toContainText(`${PEOPLE.admin} · Canceled it`);
});
