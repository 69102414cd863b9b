// On a phone: rows become cards, filters a sheet, a message the whole screen.
import { expect, expectAccessible, test } from '../harness/test.ts';

test('rows are cards with every word on them', async ({ page, log }) => {
  await log.openManual();
  const card = log.row('Library Hours');
  await expect(card).toBeVisible();
  const words = ['Waiting', 'Message Builder', 'Harrison High', 'Library Hours', 'Administrator, System', '01/31/2020 1:39 PM'];
  for (const word of words) await expect(card.getByText(word, { exact: true }).filter({ visible: true })).toHaveCount(1);
  // It goes out when it was made, by no scheduler: that is not said twice.
  await expect(card.locator('.scheduled, .schedule').filter({ visible: true })).toHaveCount(0);
  const later = log.row('Parent/Teacher Conferences').first();
  await expect(later.getByText('01/31/2020 10:24 AM', { exact: true })).toBeVisible();
  await expect(later.getByText('01/31/2020 10:35 AM', { exact: true })).toBeVisible();
  // Without a head the first card is the first row.
  await expect(log.grid).toHaveAttribute('aria-rowcount', '12');
  await expect(log.rows.first()).toHaveAttribute('aria-rowindex', '1');
  const box = await card.boundingBox();
  expect(box?.height).toBeGreaterThan(60);
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  expect(overflow).toBeLessThanOrEqual(0);
  await expectAccessible(page, 'cards');
});

test('filters and the sort are in a sheet', async ({ page, log }) => {
  await log.openManual();
  await page.getByRole('button', { name: 'Filters', exact: true }).tap();
  const sheet = page.getByRole('dialog', { name: 'Filters' });
  await expect(sheet).toBeVisible();
  await expectAccessible(page, 'the sheet');
  await sheet.getByRole('textbox', { name: 'Filter Message Subject' }).fill('park');
  await sheet.getByRole('combobox', { name: 'Sort by' }).selectOption({ label: 'Date Created, ascending' });
  await sheet.getByRole('button', { name: 'Show 6 messages' }).tap();
  await expect(sheet).toBeHidden();
  await expect(log.rows.filter({ visible: true })).toHaveCount(6);
  await expect(log.rows.first()).toContainText('10:00 AM');
});

test('a message takes the screen and gives it back', async ({ page, log }) => {
  await log.openManual();
  await log.row('Library Hours').tap();
  await expect(log.section('Delivery Summary')).toBeVisible();
  const detail = await log.detail.boundingBox();
  expect(detail?.width).toBeGreaterThanOrEqual((page.viewportSize()?.width ?? 0) - 1);
  await expectAccessible(page, 'a message on a phone');
  await page.getByRole('button', { name: 'Close' }).tap();
  await expect(log.detail).toBeHidden();
  await expect(log.row('Library Hours')).toBeVisible();
});

test('a card tells for when it is scheduled and by which scheduler, whole and beside nothing else', async ({ log, server }) => {
  server.import({
    external_id: 'scheduled',
    message_type: 'Message Builder',
    organization: 'Harrison High',
    subject: 'Picture day',
    sender: 'Administrator, System',
    created_at: '2020-01-31T16:00:00-06:00',
    inbox_email_start_at: '2020-02-03T10:30:00-06:00',
    schedule_id: 1204,
    status: 'sent',
    body: { inbox: 'Smile.' },
    recipients: [],
  });
  await log.openManual();
  const card = log.row('Picture day');
  const cells = card.getByRole('gridcell').filter({ visible: true });
  await expect(cells).toHaveCount(8);
  await expect(card.getByText('02/03/2020 10:30 AM', { exact: true })).toBeVisible();
  await expect(card.getByText('1204', { exact: true })).toBeVisible();
  // Cells may be wider than their words: the words are what must not meet.
  const faults = await card.evaluate((row) => {
    const words = [...row.querySelectorAll('td')].map((cell) => {
      const range = document.createRange();
      range.selectNodeContents(cell);
      // What stands before a number is part of no range.
      const box = (cell.matches('.schedule') ? cell : range).getBoundingClientRect();
      return { text: cell.textContent, box, cut: cell.scrollWidth > cell.clientWidth };
    });
    const meet = (a: DOMRect, b: DOMRect) =>
      a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 4 && b.top < a.bottom - 4;
    const met = words.flatMap((a, at) => words.slice(at + 1).filter((b) => meet(a.box, b.box)).map((b) => `${a.text} × ${b.text}`));
    return [...met, ...words.filter(({ cut }) => cut).map(({ text }) => `cut: ${text}`)];
  });
  expect(faults).toEqual([]);
  const { bottom } = await card.evaluate((row) => row.getBoundingClientRect());
  for (const cell of await cells.all()) {
    const box = await cell.boundingBox();
    expect((box?.y ?? 0) + (box?.height ?? 0)).toBeLessThanOrEqual(bottom + 1);
  }
});
