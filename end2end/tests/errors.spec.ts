// When things go wrong: the page says what and what to do, in its place, and goes on when it can.
import { expect, PEOPLE, test } from '../harness/test.ts';

test.describe('a server that cannot be reached', () => {
  test.use({ unreachable: true });

  test('is said so, the rows stay, and trying again helps', async ({ page, log, server }) => {
    await log.openManual();
    await server.stop();
    await page.getByRole('button', { name: 'Reload' }).click();
    const alert = page.getByRole('alert').filter({ hasText: 'Sentlog cannot be reached' });
    await expect(alert).toBeVisible();
    await expect(log.rows).toHaveCount(12);
    await log.filter('Message Subject').fill('library');
    await expect(log.rows).toHaveCount(1);

    const again = await server.restart();
    await alert.getByRole('button', { name: 'Try again' }).click();
    await expect(alert).toBeHidden();
    await expect(log.rows).toHaveCount(1);
    await again.stop();
  });

  test('other days that were asked for are searched by trying again', async ({ page, log, server }) => {
    await log.openManual();
    await server.stop();
    await log.find('2019-12-02', '2019-12-02');
    const alert = page.getByRole('alert').filter({ hasText: 'Sentlog cannot be reached' });
    await expect(alert).toBeVisible();
    await expect(log.rows).toHaveCount(12);

    const again = await server.restart();
    await alert.getByRole('button', { name: 'Try again' }).click();
    await expect(log.row('School is Cancelled')).toBeVisible();
    await expect(alert).toBeHidden();
    await expect(log.day('first')).toHaveValue('2019-12-02');
    await expect(page).toHaveURL(/from=2019-12-02/);
    // It is the step that it would have been.
    await page.goBack();
    await expect(log.rows).toHaveCount(12);
    await again.stop();
  });

  test('is said so beside a message too', async ({ log, server }) => {
    await log.openManual();
    await server.stop();
    await log.row('Library Hours').click();
    await expect(log.detail.getByRole('alert').first()).toContainText('Sentlog cannot be reached');
    const again = await server.restart();
    await log.detail.getByRole('button', { name: 'Try again' }).first().click();
    await expect(log.section('Delivery Summary')).toBeVisible();
    await again.stop();
  });
});

test.describe('the next rows that do not come', () => {
  test.use({ district: 'demo', unreachable: true });

  test('leave those that are there, and are asked for again', async ({ page, log }) => {
    await log.open('?from=2000-01-01&to=2100-01-01');
    await expect(log.counts).toHaveText(/^Showing the newest 4,000 of/);
    await page.route(/[?&]before=/, (route) => route.abort(), { times: 1 });
    await page.getByRole('button', { name: 'Load the next 4,000' }).click();
    const alert = page.getByRole('alert').filter({ hasText: 'Sentlog cannot be reached' });
    await expect(alert).toBeVisible();
    await expect(log.counts).toHaveText(/^Showing the newest 4,000 of/);
    await alert.getByRole('button', { name: 'Try again' }).click();
    await expect(log.counts).toHaveText(/^Showing the newest 8,000 of/);
  });
});

test.describe('a server that does not say who is signed in', () => {
  test.use({ role: 'admin', refusals: [503] });

  test('takes no rights away, and is asked again', async ({ page, log }) => {
    await page.route('**/api/session', (route) => route.fulfill({ status: 503, body: '' }), { times: 1 });
    await log.openManual();
    await log.select('Library Hours');
    await expect(log.detail.getByRole('button', { name: 'Cancel this Message' })).toHaveAttribute('aria-disabled', 'false');
    await expect(log.detail.getByText('Your account may read the log')).toHaveCount(0);
    await expect(page.getByRole('link', { name: PEOPLE.admin })).toBeVisible();
    await expect(page.getByRole('link', { name: 'Administration' })).toBeVisible();
  });
});

test.describe('a session that has ended', () => {
  test.use({ refusals: [401] });

  test('leads to the sign-in page, and from there back to the same place', async ({ page, log }) => {
    await log.openManual('&subject=library');
    await expect(log.rows).toHaveCount(1);
    await page.context().clearCookies();
    await log.row('Library Hours').click();
    await expect(page.getByRole('heading', { name: 'Sign in to Sentlog' })).toBeVisible();
    await page.getByRole('textbox', { name: 'Name' }).fill('otto');
    await page.getByLabel('Password').fill('correct horse battery staple');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await expect(page.getByRole('heading', { level: 2, name: 'Library Hours' })).toBeVisible();
    await expect(log.filter('Message Subject')).toHaveValue('library');
  });
});

test.describe('requests by hand', () => {
  for (const [what, path, status] of [
    ['a day that is none', '/api/messages?created_from=2020-02-30&created_to=2020-03-01', 400],
    ['days the wrong way round', '/api/messages?created_from=2020-03-01&created_to=2020-02-01', 400],
    ['a year beyond the calendar', '/api/messages?created_from=0000-01-01&created_to=99999-01-01', 400],
    ['an unknown message', '/api/messages/999999999', 404],
    ['an id that is none', '/api/messages/1%27%20or%201=1', 404],
    ['bytes that are no text', '/api/messages?created_from=%FF%FE&created_to=2020-01-01', 400],
    ['a path that is none', '/api/nothing', 404],
  ] as const) {
    test(`${what} is refused with a sentence`, async ({ page, server }) => {
      const answer = await page.request.get(server.url + path);
      expect(answer.status()).toBe(status);
      expect(answer.headers()['content-type']).toContain('application/problem+json');
      const problem = (await answer.json()) as { detail: string; title: string; status: number };
      expect(problem.status).toBe(status);
      expect(problem.detail).toMatch(/\S.*\.$/);
    });
  }
});
