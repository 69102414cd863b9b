// One message in full: the manual's own examples, with their figures.
import { expect, test } from '../harness/test.ts';

const SECTIONS = [
  'Delivery Summary',
  'Sent Message Report Options',
  'Filter Criteria Detail',
  'Message Detail',
  'Recipients',
  'History',
];

test('Library Hours shows as in the manual', async ({ page, log }) => {
  await log.openManual();
  await log.select('Library Hours');
  await expect(page.getByRole('heading', { level: 2, name: 'Library Hours' })).toBeVisible();
  await expect(log.detail.getByRole('heading', { level: 3 })).toHaveText(SECTIONS);
  for (const [term, value] of [
    ['Status', 'Waiting'],
    ['Sender', 'Administrator, System'],
    ['Date/Time Created', '01/31/2020 1:39 PM'],
    ['Date/Time Scheduled', '01/31/2020 1:39 PM'],
    ['Inbox/Email Start Time', /2:00 PM/],
    ['Voice/Text Start Time', /1:39 PM/],
    ['Total Recipients', '3'],
    ['Total No Device', '1'],
    ['Total Inbox', '2'],
    ['Total Emails', '2'],
  ] as const) {
    await expect(log.value('Delivery Summary', term)).toHaveText(value);
  }
  const progress = log.detail.getByRole('progressbar', { name: 'Email Delivery Progress' });
  await expect(progress).toHaveAttribute('aria-valuenow', '0');
  await expect(log.detail.getByRole('button', { name: 'Cancel this Message' })).toBeEnabled();
});

test('School is Cancelled has the totals of the manual', async ({ log }) => {
  await log.open('?from=2019-12-02&to=2019-12-02');
  await log.select('School is Cancelled');
  for (const [term, value] of [
    ['Status', 'In-Progress'],
    ['Message Type', 'Message Builder - General Notification'],
    ['Total Recipients', '127'],
    ['Total No Device', '34'],
    ['Total Inbox', '93'],
    ['Total Emails', '3'],
    ['Total Voice', '0'],
    ['Total Text', '0'],
    ['Total Voice Attempted', '0'],
    ['Total Text Messages Attempted', '0'],
    ['Recipients contacted successfully by phone', '0'],
    ['Recipients not contacted by phone', '127'],
  ] as const) {
    await expect(log.value('Delivery Summary', term)).toHaveText(value);
  }
  // No start was given, and nothing needed one but what it sent.
  await expect(log.value('Delivery Summary', 'Inbox/Email Start Time')).toHaveText('At once');
  await expect(log.value('Delivery Summary', 'Voice/Text Start Time')).toHaveCount(0);
  for (const [term, value] of [
    ['Deliver To', 'Student Messenger Contacts; Message For Each Student'],
    ['Enrollment Filter', 'Message Only Active Students'],
    ['Filter Operation', 'Union'],
    ['Calendar', '2019-20 High School'],
    ['Limit delivery to contacts that speak', 'No Language Preference'],
  ] as const) {
    await expect(log.value('Filter Criteria Detail', term)).toHaveText(value);
  }
  await expect(log.value('Message Detail', 'Reply To Email')).toHaveText('sysadmin@nomail.com');
  await expect(log.section('Message Detail')).toContainText('School is cancelled due to weather.');
});

test('every figure says as of when, and Refresh Status asks anew', async ({ page, log }) => {
  await log.openManual();
  await log.select('Library Hours');
  const asOf = log.section('Delivery Summary').getByText(/^As of \d\d\/\d\d\/\d{4} \d\d:\d\d:\d\d [AP]M$/);
  await expect(asOf).toBeVisible();
  const answered = page.waitForResponse(/\/api\/messages\/\d+\/refresh$/);
  await page.getByRole('button', { name: 'Refresh Status' }).click();
  expect((await answered).status()).toBe(200);
  await expect(log.section('Delivery Summary')).toContainText(/The providers were last asked \d\d\/\d\d\/\d{4} /);
  await expect(asOf).toBeVisible();
});

test('recipients are found by name and by address, and filtered by device and status', async ({ log }) => {
  await log.open('?from=2019-12-02&to=2019-12-02');
  await log.select('School is Cancelled');
  const recipients = log.section('Recipients');
  await expect(recipients.getByText(/of 127 lines/)).toBeVisible();
  const search = recipients.getByRole('searchbox', { name: 'Search recipients' });
  const lines = recipients.getByRole('table', { name: 'Recipients' }).getByRole('row');

  await search.fill('heather');
  await expect(recipients.getByText(/^1 line/)).toBeVisible();
  await expect(lines.filter({ hasText: 'Parent, Heather' }).first()).toContainText('Student, Calvin');
  await expect(lines.filter({ hasText: 'heather@nomail.com' })).toHaveCount(1);

  await search.fill('tad@nomail');
  await expect(lines.filter({ hasText: 'Parent, Tad' }).first()).toBeVisible();
  await expect(recipients.getByText(/^1 line/)).toBeVisible();

  await search.fill('');
  await recipients.getByRole('combobox', { name: 'Delivery Device' }).selectOption({ label: 'Email' });
  await expect(recipients.getByText(/^3 lines/)).toBeVisible();
  await recipients.getByRole('combobox', { name: 'Delivery Device' }).selectOption({ label: 'No Device' });
  await expect(recipients.getByText(/^34 lines/)).toBeVisible();
  await recipients.getByRole('combobox', { name: 'Delivery Device' }).selectOption({ label: 'Any device' });
  await recipients.getByRole('combobox', { name: 'Delivery Status' }).selectOption({ label: 'Failed' });
  await expect(recipients.getByText('No recipient matches.')).toBeVisible();
});

test('a line without a delivery says so of a person who has a device on another', async ({ log, server }) => {
  const line = (person: string, deliveries: object[]) => ({ person, name: `Parent ${person}`, deliveries });
  server.import({
    external_id: 'families',
    message_type: 'Message Builder',
    organization: 'Plainview Schools',
    subject: 'To families',
    sender: 'Administrator, System',
    created_at: '2020-01-31T12:00:00-06:00',
    recipients: [line('Ann', []), line('Ann', [{ device: 'inbox' }]), line('Bob', [])],
  });
  await log.openManual();
  await log.select('To families');
  const lines = log.section('Recipients').getByRole('table', { name: 'Recipients' }).getByRole('row');
  await expect(lines).toHaveText([
    /Recipient/,
    /Parent Ann\s*Device on another line/,
    /Parent Ann\s*Inbox/,
    /Parent Bob\s*No Device/,
  ]);
  await expect(log.value('Delivery Summary', 'Total No Device')).toHaveText('1');
});

test.describe('for who may not see addresses', () => {
  test.use({ role: 'viewer' });

  test('addresses are masked, and not found by', async ({ log }) => {
    await log.open('?from=2019-12-02&to=2019-12-02');
    await log.select('School is Cancelled');
    const recipients = log.section('Recipients');
    await recipients.getByRole('searchbox', { name: 'Search recipients' }).fill('heather');
    await expect(recipients.getByText(/^1 line/)).toBeVisible();
    await expect(recipients).not.toContainText('heather@nomail.com');
    await recipients.getByRole('searchbox', { name: 'Search recipients' }).fill('tad@nomail');
    await expect(recipients.getByText('No recipient matches.')).toBeVisible();
  });
});

test.describe('a message to a whole district', () => {
  test.use({ district: 'demo' });

  test('opens with its totals, and its recipients come a page at a time', async ({ page, log, server }) => {
    const range = 'created_from=2000-01-01&created_to=2100-01-01';
    const find = await page.request.get(`${server.url}/api/messages?${range}`);
    const { messages } = (await find.json()) as { messages: { id: number; subject: string }[] };
    const emergency = messages.find(({ subject }) => subject.startsWith('All Schools Closed'));
    expect(emergency, 'the district has an emergency message').toBeDefined();
    await log.open(`?from=2000-01-01&to=2100-01-01&message=${emergency?.id}`);
    await expect(log.value('Delivery Summary', 'Total Recipients')).toHaveText('50,000');
    const recipients = log.section('Recipients');
    const lines = recipients.getByRole('table', { name: 'Recipients' }).getByRole('row');
    await expect(lines.nth(5)).toBeVisible();
    const before = await lines.count();
    await recipients.getByRole('button', { name: 'Show more recipients' }).click();
    await expect.poll(() => lines.count()).toBeGreaterThan(before);
  });
});
