// Resending: to exactly those who were not reached, after a word about how many they are.
import { PEOPLE, expect, expectAccessible, test } from '../harness/test.ts';

const at = '2020-01-31T12:05:00-06:00';
const email = (name: string, status: string) => ({ device: 'email', address: `${name}@nomail.com`, status, at });

const halfReached = {
  external_id: 'half',
  message_type: 'Message Builder',
  organization: 'High School',
  subject: 'Half reached',
  sender: 'Administrator, System',
  created_at: '2020-01-31T12:00:00-06:00',
  status: 'canceled',
  started_at: at,
  cancellation: { by: 'ada', at, reason: null },
  recipients: [
    { person: 'a', name: 'Adams, Ann', deliveries: [email('a', 'sent')] },
    { person: 'b', name: 'Brown, Bob', deliveries: [email('b', 'failed')] },
    { person: 'c', name: 'Clark, Cid', deliveries: [email('c', 'canceled')] },
    { person: 'd', name: 'Davis, Dee', deliveries: [email('d', 'canceled')] },
    { person: 'e', name: 'Evans, Eve', deliveries: [email('e', 'opted_out')] },
  ],
};

test('those whom a cancel stopped get it as a message of its own, and both name each other', async ({ page, log, server }) => {
  server.import(halfReached);
  await log.openManual();
  await log.select('Half reached');
  const old = new URL(page.url()).searchParams.get('message');
  await page.getByRole('button', { name: 'Resend to Stopped' }).click();
  const dialog = page.getByRole('dialog', { name: 'Resend this Message' });
  await expect(dialog).toContainText('to exactly the 2 people whom the cancel stopped');
  await expectAccessible(page, 'the dialog of a resend');
  await dialog.getByRole('button', { name: 'Go back' }).click();
  await expect(dialog).toBeHidden();

  await page.getByRole('button', { name: 'Resend to Stopped' }).click();
  await dialog.getByRole('button', { name: 'Resend to 2 people' }).dblclick();
  await expect(page.getByText('The message goes again to 2 people.')).toBeVisible();
  await expect(log.value('Delivery Summary', 'Status')).toHaveText('Waiting');
  await expect(log.value('Delivery Summary', 'Total Recipients')).toHaveText('2');
  const ties = log.detail.getByRole('list', { name: 'Resends' });
  await expect(ties).toContainText(`Resends message ${old} to 2 people whom its cancel stopped`);
  await expect(ties).toContainText(`Asked for by ${PEOPLE.operator}`);
  const names = log.section('Recipients').getByRole('table', { name: 'Recipients' });
  await expect(names).toContainText('Clark, Cid');
  await expect(names).toContainText('Davis, Dee');
  await expect(names).not.toContainText('Adams, Ann');
  await expect(names).not.toContainText('Brown, Bob');

  await ties.getByRole('button', { name: `message ${old}` }).click();
  await expect(log.value('Delivery Summary', 'Status')).toHaveText('Canceled');
  await expect(ties.getByRole('listitem')).toHaveCount(1);
  await expect(ties).toContainText('to 2 people whom its cancel stopped');
  await page.getByRole('button', { name: 'Resend to Stopped' }).click();
  await expect(dialog).toContainText('There is nobody left whom the cancel stopped.');
  await expect(dialog.getByRole('button', { name: 'Resend', exact: true })).toBeDisabled();
});

test('those who failed are offered beside why they failed', async ({ page, log, server }) => {
  server.import(halfReached);
  await log.openManual();
  await log.select('Half reached');
  await log.section('Failed Deliveries').getByRole('button', { name: 'Resend to Failed' }).click();
  const dialog = page.getByRole('dialog', { name: 'Resend this Message' });
  await dialog.getByRole('button', { name: 'Resend to 1 person' }).click();
  await expect(log.section('Recipients')).toContainText('Brown, Bob');
  await expect(log.value('Delivery Summary', 'Total Recipients')).toHaveText('1');
});

test('who opted out is shown as such', async ({ log, server }) => {
  server.import(halfReached);
  await log.openManual();
  await log.select('Half reached');
  const row = log.section('Recipients').getByRole('row').filter({ hasText: 'Evans, Eve' });
  await expect(row).toContainText('Opted out');
});

test.describe('a viewer', () => {
  test.use({ role: 'viewer' });

  test('is not offered to resend', async ({ page, log, server }) => {
    server.import(halfReached);
    await log.openManual();
    await log.select('Half reached');
    await expect(log.section('Failed Deliveries')).toBeVisible();
    await expect(page.getByRole('button', { name: /^Resend/ })).toHaveCount(0);
  });
});
