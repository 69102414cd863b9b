// The API's description, to browse: under the same policy as everything else.
import { expect, test } from '../harness/test.ts';

test('the description is browsed and tried, and nothing comes from elsewhere', async ({ page, server }) => {
  await page.goto(`${server.url}/api/docs`);
  const find = page.locator('#operations-messages-find');
  await find.getByRole('button', { name: /\/api\/messages/ }).first().click();
  await find.getByRole('button', { name: 'Try it out' }).click();
  await find.getByRole('button', { name: 'Execute' }).click();
  await expect(find.locator('.live-responses-table tbody .response-col_status')).toHaveText('200');
});
