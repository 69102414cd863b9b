// How soon the page can be used, and what it weighs on the wire.
import { enter } from './sentlog.mjs';
import { median } from './measure.mjs';

const ROW = '[role=grid] [aria-rowindex] [role=gridcell], [role=grid] tbody td';

/** Opens the page with an empty cache `times` times: the median until its first row stands, and the bytes. */
export async function load(browser, { url }, path, times) {
  const until = [];
  let bytes = [];
  for (let time = 0; time < times; time++) {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    await enter(context, url);
    const page = await context.newPage();
    const session = await context.newCDPSession(page);
    await session.send('Network.enable');
    bytes = [];
    const names = new Map();
    session.on('Network.responseReceived', ({ requestId, response }) => names.set(requestId, response.url));
    session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) =>
      bytes.push({ path: new URL(names.get(requestId) ?? url).pathname, bytes: encodedDataLength }),
    );
    await page.addInitScript((row) => {
      const look = () => {
        if (document.querySelector(row)) window.usable = performance.now();
        else requestAnimationFrame(look);
      };
      requestAnimationFrame(look);
    }, ROW);
    await page.goto(url + path, { waitUntil: 'load' });
    await page.waitForFunction(() => window.usable !== undefined);
    until.push(await page.evaluate(() => window.usable));
    await context.close();
  }
  return { usable: median(until), bytes };
}
