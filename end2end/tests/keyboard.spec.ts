// From end to end without a mouse.
import { expect, test } from '../harness/test.ts';

test('finding, filtering, reading and canceling by keys alone', async ({ page, log }) => {
  await log.openManual();

  await page.keyboard.press('/');
  await expect(log.filter('Message Subject')).toBeFocused();
  await page.keyboard.type('library');
  await expect(log.rows).toHaveCount(1);
  await page.keyboard.press('Escape');
  await expect(log.filter('Message Subject')).toHaveValue('');
  await expect(log.rows).toHaveCount(12);

  // Other rows than before are entered at their first.
  await page.keyboard.press('ArrowDown');
  await expect(log.rows.nth(0)).toBeFocused();
  await page.keyboard.press('End');
  await expect(log.rows.nth(11)).toBeFocused();
  await page.keyboard.press('Home');
  await expect(log.rows.nth(0)).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');

  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 2, name: 'Library Hours' })).toBeVisible();
  await expect(log.detail).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(log.detail).toBeHidden();
  await expect(log.rows.nth(2)).toBeFocused();

  await page.keyboard.press('Enter');
  const cancel = page.getByRole('button', { name: 'Cancel this Message' });
  await expect(cancel).toBeVisible();
  await cancel.focus();
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Cancel this Message' });
  await expect(dialog).toBeVisible();
  await dialog.getByRole('textbox').focus();
  await page.keyboard.type('By keys.');
  await page.keyboard.press('Tab');
  await expect(dialog.getByRole('button', { name: 'Go back' })).toBeFocused();
  await page.keyboard.press('Tab');
  await expect(dialog.getByRole('button', { name: 'OK' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(log.value('Delivery Summary', 'Status')).toHaveText('Canceled');
});

test('a dropdown opens, is walked and closed by keys', async ({ page, log }) => {
  await log.openManual();
  const button = page.getByRole('button', { name: 'Filter Status', exact: true });
  await button.focus();
  await page.keyboard.press('Enter');
  const panel = page.getByRole('dialog', { name: 'Status' });
  await expect(panel.getByRole('checkbox').first()).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Space');
  await expect(panel.getByRole('checkbox').nth(1)).toBeChecked();
  await page.keyboard.press('Escape');
  await expect(panel).toBeHidden();
  await expect(button).toBeFocused();
  await expect(log.rows).toHaveCount(8);
});

test('a slash in a field is a slash', async ({ page, log }) => {
  await log.openManual();
  await log.filter('Date Created').focus();
  await page.keyboard.type('1/31');
  await expect(log.filter('Date Created')).toHaveValue('1/31');
});

test.describe('in a long list', () => {
  test.use({ district: 'demo' });

  test('Tab reaches the rows on screen, wherever the wheel has led', async ({ page, log }) => {
    await log.open('?from=2000-01-01&to=2100-01-01');
    await expect(log.rows.first()).toBeVisible();
    await page.locator('.scroller').hover();
    await page.mouse.wheel(0, 40_000);
    const seen = log.grid.locator('tbody [tabindex="0"]');
    await expect.poll(() => seen.getAttribute('aria-rowindex').then(Number)).toBeGreaterThan(100);
    await log.filter('ScheduleID').focus();
    await page.keyboard.press('Tab');
    await expect(seen).toBeFocused();
    await expect(seen).toBeInViewport({ ratio: 0.9 });
    const row = Number(await seen.getAttribute('aria-rowindex'));
    await page.keyboard.press('ArrowDown');
    await expect(log.grid.locator(`[aria-rowindex="${row + 1}"]`)).toBeFocused();
  });
});

test('Tab reaches every control, and the focus is always seen', async ({ page, log }) => {
  await log.openManual();
  const wanted = new Set([
    'Created Between, first day',
    'Find Messages',
    'Last 7 days',
    'Reload',
    'Message Subject',
    'Filter Status',
    'Filter Message Subject',
    'Filter ScheduleID',
    'Dark mode',
    'Sign out',
  ]);
  for (let step = 0; step < 60 && wanted.size > 0; step++) {
    await page.keyboard.press('Tab');
    const { name, seen } = await page.evaluate(() => {
      const focused = document.activeElement as HTMLElement;
      const style = getComputedStyle(focused);
      const ring = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0;
      // Of a field's inner parts, such as a day's calendar button, the browser itself shows the focus.
      const inside = !focused.matches(':focus');
      return {
        name: focused.getAttribute('aria-label') ?? focused.innerText?.trim() ?? '',
        seen: focused === document.body || inside || ring || style.boxShadow !== 'none',
      };
    });
    expect(seen, `${name} shows that it has the focus`).toBe(true);
    wanted.delete(name);
  }
  expect([...wanted]).toEqual([]);
});
