// Stopping a message: never by accident, at once when meant, and with a reason where it cannot be.
import { PEOPLE, expect, signIn, test } from '../harness/test.ts';

test('a warning comes first, and going back stops nothing', async ({ page, log }) => {
  await log.openManual();
  await log.select('Library Hours');
  const button = page.getByRole('button', { name: 'Cancel this Message' });
  const dialog = page.getByRole('dialog', { name: 'Cancel this Message' });
  const requests: string[] = [];
  page.on('request', (request) => requests.push(`${request.method()} ${request.url()}`));

  await button.click();
  await expect(dialog).toBeVisible();
  await dialog.getByRole('button', { name: 'Go back' }).click();
  await expect(dialog).toBeHidden();

  await button.click();
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  await expect(button).toBeFocused();
  await expect(log.value('Delivery Summary', 'Status')).toHaveText('Waiting');
  expect(requests.filter((request) => request.startsWith('POST'))).toEqual([]);
});

test('OK cancels, says who, when and why, and the list follows', async ({ page, log }) => {
  await log.openManual();
  await log.select('Library Hours');
  await page.getByRole('button', { name: 'Cancel this Message' }).click();
  const dialog = page.getByRole('dialog', { name: 'Cancel this Message' });
  await dialog.getByRole('textbox', { name: 'Reason (optional)' }).fill('The library <b>stays</b> open.');
  await dialog.getByRole('button', { name: 'OK' }).click();
  await expect(dialog).toBeHidden();

  const summary = log.section('Delivery Summary');
  await expect(log.value('Delivery Summary', 'Status')).toHaveText('Canceled');
  await expect(summary).toContainText(`Canceled by ${PEOPLE.operator} on `);
  await expect(summary).toContainText('Reason: The library <b>stays</b> open.');
  await expect(summary.getByRole('listitem').filter({ hasText: 'Email' })).toHaveText(
    'Email: 0 had gone, 0 were in flight, 2 were stopped',
  );
  await expect(log.value('Delivery Summary', 'Total Emails')).toHaveText('2');
  await expect(log.row('Library Hours')).toContainText('Canceled');
  await expect(log.section('Recipients').getByRole('row').filter({ hasText: 'Canceled' }).first()).toBeVisible();

  await page.reload();
  await expect(summary).toContainText('Reason: The library <b>stays</b> open.');
  const button = page.getByRole('button', { name: 'Cancel this Message' });
  await expect(button).toHaveAttribute('aria-disabled', 'true');
  await expect(button).toHaveAccessibleDescription('This message is already canceled.');
});

test('who comes second sees the cancellation of who came first', async ({ page, log, server, playwright }) => {
  await log.openManual();
  await log.select('Library Hours');
  await page.getByRole('button', { name: 'Cancel this Message' }).click();

  const message = new URL(page.url()).searchParams.get('message');
  const admin = await playwright.request.newContext();
  await signIn(admin, server, 'admin');
  const first = await admin.post(`${server.url}/api/messages/${message}/cancel`, {
    data: { reason: 'I was quicker.' },
    headers: { origin: server.url },
  });
  expect(first.status(), await first.text()).toBe(200);
  await admin.dispose();

  await page.getByRole('dialog').getByRole('button', { name: 'OK' }).click();
  await expect(log.section('Delivery Summary')).toContainText(`Canceled by ${PEOPLE.admin} on `);
  await expect(log.section('Delivery Summary')).toContainText('Reason: I was quicker.');
});

test('a sent message cannot be canceled, and says why', async ({ page, log, server }) => {
  await log.openManual();
  await log.select('Evaluation Due');
  const button = page.getByRole('button', { name: 'Cancel this Message' });
  await expect(button).toHaveAttribute('aria-disabled', 'true');
  await expect(button).toHaveAccessibleDescription(/already been sent/);
  await button.click({ force: true });
  await expect(page.getByRole('dialog')).toHaveCount(0);

  const message = new URL(page.url()).searchParams.get('message');
  const refusal = await page.request.post(`${server.url}/api/messages/${message}/cancel`, {
    data: {},
    headers: { origin: server.url },
  });
  expect(refusal.status()).toBe(409);
  expect(refusal.headers()['content-type']).toContain('application/problem+json');
});

test.describe('a viewer', () => {
  test.use({ role: 'viewer' });

  test('may read, not cancel', async ({ page, log, server }) => {
    await log.openManual();
    await log.select('Library Hours');
    const button = page.getByRole('button', { name: 'Cancel this Message' });
    await expect(button).toHaveAccessibleDescription('Your account may read the log, not cancel messages.');
    const message = new URL(page.url()).searchParams.get('message');
    const refusal = await page.request.post(`${server.url}/api/messages/${message}/cancel`, {
      data: {},
      headers: { origin: server.url },
    });
    expect(refusal.status()).toBe(403);
    await page.getByRole('button', { name: 'Refresh Status' }).click();
    await expect(log.value('Delivery Summary', 'Status')).toHaveText('Waiting');
  });
});
