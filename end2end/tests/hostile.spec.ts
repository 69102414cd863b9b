// What others write is shown, never run: bodies, subjects, names and reasons.
import { AdministrationPage } from '../harness/administration-page.ts';
import { FORMAT, found, hostile, script, stopped } from '../harness/hostile.ts';
import type { Sentlog } from '../harness/sentlog.ts';
import { expect, PASSWORD, PEOPLE, test } from '../harness/test.ts';

/** The fields of the import format's object that a message is strange in, as the import names them. */
function known(server: Sentlog, message: object): string[] {
  let said = '';
  try {
    server.import(message);
  } catch (refusal) {
    said = String(refusal);
  }
  const fields = /is unknown; [a-z ]+ has ([a-z_, ]+)/.exec(said)?.[1];
  if (fields === undefined) throw new Error(`The import names no fields: ${said}`);
  return fields.split(', ').sort();
}

test('a script stands in every text field that an import takes', ({ server }) => {
  for (const { within, strange, text, other } of FORMAT) {
    expect(known(server, strange), `name here what is new in ${within || 'a message'}`).toEqual([...text, ...other].sort());
    for (const field of text) {
      const path = [...within.split('.'), field].filter((part) => part !== '');
      const scripts = [hostile, stopped].flatMap((message) => found(message, path));
      expect(scripts.some((words) => /alert\(\d+\)/.test(words)), path.join('.')).toBe(true);
    }
  }
});

test('a hostile message is shown, and nothing in it runs or loads', async ({ page, log, server }) => {
  server.import(hostile);
  const requests: string[] = [];
  page.on('request', (request) => requests.push(request.url()));
  await log.open('?from=2020-03-01&to=2020-03-01');
  await expect(log.rows).toHaveCount(1);
  await expect(log.rows.first()).toContainText('<b onmouseover=alert(8)>Hostile</b>');
  await log.rows.first().hover();
  await log.select('Hostile');
  await expect(log.section('Recipients')).toContainText('<script>alert(12)</script>');
  await expect(log.section('Filter Criteria Detail')).toContainText('<script>alert(10)</script>');

  const frame = log.detail.getByTitle(/^Message Body/);
  await expect(frame.first()).toHaveAttribute('sandbox', '');
  await expect(frame.first()).toBeVisible();
  const source = (await frame.first().getAttribute('srcdoc')) ?? '';
  expect(source).toContain('<b>welcome</b>');
  for (const trace of ['<script', 'onerror', 'onload', 'javascript:', '<iframe', '<form', '127.0.0.1:9', '<base']) {
    expect(source.toLowerCase()).not.toContain(trace);
  }
  await expect(log.section('Message Detail')).toContainText(`Only <i>text</i> & nothing more ${script(64)}`);
  await expect(log.section('Message Detail')).toContainText(script(63));
  await expect(log.section('Message Detail')).toContainText(script(62));
  await expect(log.value('Delivery Summary', 'Message Type')).toContainText(script(61));
  const recipients = log.section('Recipients');
  await expect(recipients).toContainText(script(66));
  await expect(recipients).toContainText('<svg onload=alert(13)>');
  await log.section('Failed Deliveries').getByRole('button', { name: '<img src=x' }).click(); // what may name a letter is left out
  await expect(recipients).toContainText(script(67));
  await recipients.getByRole('searchbox', { name: 'Search recipients' }).fill(script(68));
  await expect(recipients).not.toContainText('<script>alert(12)</script>');

  expect(await page.evaluate(() => 'hostile' in window)).toBe(false);
  expect(requests.filter((url) => url.includes(':9/'))).toEqual([]);
  expect(requests.filter((url) => url.endsWith('/api/session')).length).toBeLessThanOrEqual(1);
});

test('a message that was stopped elsewhere tells by whom and why, and none of it runs', async ({ page, log, server }) => {
  server.import(stopped);
  await log.open('?from=2020-03-01&to=2020-03-01');
  await log.select('Stopped');
  await expect(log.section('Delivery Summary')).toContainText(`Canceled by ${script(72)}`);
  await expect(log.section('Delivery Summary')).toContainText(`Reason: ${script(73)}`);
  await expect(page.locator('img[src="x"]')).toHaveCount(0);
});

test.describe('at an address that leads nowhere', () => {
  test.use({ refusals: [404] });

  test('nothing of the address is run', async ({ page }) => {
    for (const place of ['', 'administration/', 'welcome/']) {
      await page.goto(`/${place}${encodeURIComponent(script(74))}`);
      await expect(page.locator('body')).not.toBeEmpty();
      await expect(page.locator('img[src="x"]')).toHaveCount(0);
    }
    // No browser shows a problem as a page: Firefox puts one of its own in its place.
    for (const place of ['api/', 'api/messages/']) {
      const answer = await page.request.get(`/${place}${encodeURIComponent(script(74))}`);
      expect(answer.headers()['content-type']).toBe('application/problem+json');
      expect(answer.headers()['x-content-type-options']).toBe('nosniff');
      expect(await answer.text()).not.toContain('alert');
    }
    await page.goto(`/${encodeURIComponent(script(75))}`);
    await expect(page.getByRole('heading', { name: 'There is no such page' })).toBeVisible();
  });
});

test('what somebody writes to cancel, or puts in the address, is only text', async ({ page, log, server }) => {
  server.import({ ...hostile, status: 'waiting', recipients: [] });
  const words = script(20);
  await log.open(`?from=2020-03-01&to=2020-03-01&subject=${encodeURIComponent(words)}&sender=${encodeURIComponent(words)}`);
  await expect(log.filter('Message Subject')).toHaveValue(words);
  await expect(log.rows).toHaveCount(0);
  for (const name of ['message', 'sort', 'status', 'type', 'from', 'failure']) {
    await page.goto(`/?${name}=${encodeURIComponent(words)}`);
    await expect(log.grid).toBeVisible();
  }

  await log.open('?from=2020-03-01&to=2020-03-01');
  await log.select('Hostile');
  await page.getByRole('button', { name: 'Cancel this Message' }).click();
  const dialog = page.getByRole('dialog', { name: 'Cancel this Message' });
  await dialog.getByRole('textbox', { name: 'Reason (optional)' }).fill(words);
  await dialog.getByRole('button', { name: 'OK' }).click();
  await expect(log.section('Delivery Summary')).toContainText(`Reason: ${words}`);
  await page.reload();
  await expect(log.section('Delivery Summary')).toContainText(`Reason: ${words}`);
});

test('a hostile message prints as text that no spreadsheet runs and no browser shows', async ({ page, log, server }) => {
  const formula = '=HYPERLINK("http://127.0.0.1:9/","x")';
  server.import({ ...hostile, sender: formula, recipients: hostile.recipients.map((to) => ({ ...to, name: formula, student: '@SUM(1)' })) });
  await log.open('?from=2020-03-01&to=2020-03-01');
  await log.select('Hostile');
  const id = new URL(page.url()).searchParams.get('message');
  for (const format of ['csv', 'docx', 'pdf']) {
    const answer = await page.request.get(`${server.url}/api/messages/${id}/report?format=${format}&detail=all`);
    expect(answer.ok(), await answer.text()).toBe(true);
    expect(answer.headers()['content-disposition']).toMatch(/^attachment/);
    expect(answer.headers()['x-content-type-options']).toBe('nosniff');
    if (format !== 'csv') continue;
    const text = await answer.text();
    expect(text).toContain(`'${formula.replaceAll('"', '""')}`);
    expect(text).toContain("'@SUM(1)");
    expect(text, 'no cell begins a formula').not.toMatch(/(^|,)"?[=@]/m);
  }
});

test('whoever is called a script signs in and is shown as one', async ({ browser, server }) => {
  const name = '<svg onload=alert(22)>';
  server.person(name, 'viewer');
  const page = await (await browser.newContext()).newPage();
  page.on('dialog', (dialog) => { throw new Error(dialog.message()); });
  await page.goto(`${server.url}/sign-in?next=javascript:alert(23)`);
  await page.getByRole('textbox', { name: 'Name' }).fill(name);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByText(name, { exact: true })).toBeVisible();
  await page.context().close();
});

test('the page answers with a policy that forbids what it does not need', async ({ request, server }) => {
  const answer = await request.get(server.url);
  expect(answer.headers()['content-security-policy']?.split('; ')).toEqual([
    "default-src 'none'",
    "script-src 'self' 'wasm-unsafe-eval'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "frame-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ]);
  expect(answer.headers()['x-content-type-options']).toBe('nosniff');
});

test.describe('on the administration’s page', () => {
  test.use({ role: 'admin', refusals: [404] });

  test('what administrators and visitors write is only text to administrators', async ({ page, server, playwright }) => {
    const headers = { origin: server.url };
    const elsewhere = await playwright.request.newContext();
    const entered = await elsewhere.post(`${server.url}/api/session`, {
      headers: { ...headers, 'user-agent': script(40) },
      data: { name: PEOPLE.viewer, password: PASSWORD },
    });
    expect(entered.ok(), await entered.text()).toBe(true);
    const post = async (path: string, data: object) => {
      const answer = await page.request.post(`${server.url}/api/${path}`, { headers, data });
      expect(answer.ok(), await answer.text()).toBe(true);
    };
    await post('schools', { name: script(41) });
    const role = await page.request.put(`${server.url}/api/roles/${encodeURIComponent(script(42))}`, {
      headers,
      data: { permissions: ['view'] },
    });
    expect(role.ok(), await role.text()).toBe(true);
    await post('people', { name: script(43), grants: [{ role: script(42), organization: script(41) }] });
    await post('tokens', { name: script(44), organizations: [script(41)] });
    server.import(hostile);
    const inbox = await page.request.get(`${server.url}/api/inbox/${encodeURIComponent(script(65))}`);
    expect(inbox.headers()['content-type']).toBe('application/json');

    const office = new AdministrationPage(page);
    for (const [section, number] of [
      ['people', 43],
      ['roles', 42],
      ['schools', 41],
      ['tokens', 44],
      ['sessions', 40],
      ['audit', 44],
    ] as const) {
      await office.open(section);
      const rows = page.getByRole('table').getByRole('row');
      await expect(rows.filter({ hasText: section === 'sessions' ? '<img src=x' : script(number) }).first()).toBeVisible();
    }
    await office.open('people');
    await office.button(`Edit ${script(43)}`).click();
    await expect(office.dialog.getByRole('combobox', { name: 'Role' })).toHaveValue(script(42));
    await page.keyboard.press('Escape');
    await page.goto(`/administration/audit?who=${encodeURIComponent(script(45))}`);
    await expect(page.getByRole('table', { name: 'Audit trail' })).toBeVisible();
    await page.goto(`/welcome#${encodeURIComponent(script(46))}`);
    await expect(page.getByRole('alert')).toBeVisible();
    await elsewhere.dispose();
  });
});
