// The first start: nobody is there yet, and whoever reads the server's output makes the first administrator.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ANOTHER } from '../harness/administration-page.ts';
import { Sentlog } from '../harness/sentlog.ts';
import { expect, test } from '../harness/test.ts';

test.use({ role: 'nobody', refusals: [401, 404] });

test('the printed link makes one administrator, once', async ({ page }) => {
  const folder = mkdtempSync(join(tmpdir(), 'sentlog-first-'));
  const server = await Sentlog.start(join(folder, 'log.db'));
  await expect.poll(() => server.log).toContain('/welcome#');
  const link = /http:\S+\/welcome#\S+/.exec(server.log)?.[0] ?? '';
  await page.goto(link);
  await expect(page.getByText('Nobody administers this Sentlog yet.')).toBeVisible();
  await page.getByRole('textbox', { name: 'Name' }).fill('root');
  await page.getByLabel('Password', { exact: true }).fill(ANOTHER);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('link', { name: 'Administration' }).click();
  const people = page.getByRole('table', { name: 'People' }).getByRole('row').filter({ has: page.getByRole('rowheader') });
  await expect(people).toHaveCount(1);
  await expect(people).toContainText('admin');

  await page.goto('about:blank');
  await page.goto(link);
  await expect(page.getByRole('alert')).toContainText('This link is good no more');
  const again = await server.restart();
  expect(again.log).not.toContain('/welcome#');
  await again.stop();
  rmSync(folder, { recursive: true, force: true });
});
