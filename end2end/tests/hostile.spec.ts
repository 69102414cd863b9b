// What others write is shown, never run: bodies, subjects, names and reasons.
import { AdministrationPage } from '../harness/administration-page.ts';
import { expect, PASSWORD, PEOPLE, test } from '../harness/test.ts';

const BODY = `<p>Dear parents, <b>welcome</b>.</p>
<script>window.top.hostile = 1; alert(1)</script>
<img src="http://127.0.0.1:9/pixel.png" onerror="alert(2)">
<img src="/api/session" alt="tracker">
<iframe src="http://127.0.0.1:9/frame"></iframe>
<link rel="stylesheet" href="http://127.0.0.1:9/style.css">
<style>body { background: url(http://127.0.0.1:9/background.png) }</style>
<svg onload="alert(3)"><script>alert(4)</script></svg>
<form action="http://127.0.0.1:9/steal"><input name="password"><button>Go</button></form>
<a href="javascript:alert(5)" target="_top">A link</a>
<meta http-equiv="refresh" content="0;url=http://127.0.0.1:9/gone">
<base href="http://127.0.0.1:9/">`;

const hostile = {
  external_id: 'hostile',
  message_type: '<img src=x onerror=alert(6)>',
  category: 'General Notification',
  organization: '"><script>alert(7)</script>',
  subject: '<b onmouseover=alert(8)>Hostile</b> \u202Etxet',
  sender: "<a href='javascript:alert(9)'>Sender</a>",
  created_at: '2020-03-01T08:00:00-06:00',
  inbox_email_start_at: null,
  voice_text_start_at: null,
  schedule_id: null,
  status: 'sent',
  criteria: [{ label: '<script>alert(10)</script>', value: '<img src=x onerror=alert(11)>' }],
  reply_to: 'sysadmin@nomail.com',
  body: { inbox: BODY, email: BODY, text: 'Only <i>text</i> & nothing more' },
  recipients: [
    {
      person: 'p1',
      name: '<script>alert(12)</script>',
      student: '<svg onload=alert(13)>',
      deliveries: [{ device: 'email', address: 'a@nomail.com', status: 'sent', at: '2020-03-01T08:01:00-06:00' }],
    },
  ],
};

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
  await expect(log.section('Message Detail')).toContainText('Only <i>text</i> & nothing more');

  expect(await page.evaluate(() => 'hostile' in window)).toBe(false);
  expect(requests.filter((url) => url.includes(':9/'))).toEqual([]);
  expect(requests.filter((url) => url.endsWith('/api/session')).length).toBeLessThanOrEqual(1);
});

test('what somebody writes to cancel, or puts in the address, is only text', async ({ page, log, server }) => {
  server.import({ ...hostile, status: 'waiting', recipients: [] });
  const script = '<img src=x onerror=alert(20)><script>alert(21)</script>';
  await log.open(`?from=2020-03-01&to=2020-03-01&subject=${encodeURIComponent(script)}&sender=${encodeURIComponent(script)}`);
  await expect(log.filter('Message Subject')).toHaveValue(script);
  await expect(log.rows).toHaveCount(0);
  for (const name of ['message', 'sort', 'status', 'type', 'from', 'failure']) {
    await page.goto(`/?${name}=${encodeURIComponent(script)}`);
    await expect(log.grid).toBeVisible();
  }

  await log.open('?from=2020-03-01&to=2020-03-01');
  await log.select('Hostile');
  await page.getByRole('button', { name: 'Cancel this Message' }).click();
  const dialog = page.getByRole('dialog', { name: 'Cancel this Message' });
  await dialog.getByRole('textbox', { name: 'Reason (optional)' }).fill(script);
  await dialog.getByRole('button', { name: 'OK' }).click();
  await expect(log.section('Delivery Summary')).toContainText(`Reason: ${script}`);
  await page.reload();
  await expect(log.section('Delivery Summary')).toContainText(`Reason: ${script}`);
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
  const policy = answer.headers()['content-security-policy'] ?? '';
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("frame-ancestors 'none'");
  expect(policy).not.toMatch(/script-src[^;]*'unsafe-(inline|eval)'/);
  expect(answer.headers()['x-content-type-options']).toBe('nosniff');
});

test.describe('on the administration’s page', () => {
  test.use({ role: 'admin', refusals: [404] });

  test('what administrators and visitors write is only text to administrators', async ({ page, server, playwright }) => {
    const script = (n: number) => `<img src=x onerror=alert(${n})><script>alert(${n})</script>`;
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
