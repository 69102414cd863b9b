// How soon the page can be used, and what it weighs on the wire.
import { enter } from './sentlog.mjs';
import { median } from './measure.mjs';

/** A cell of a message. The head has rows and cells, too, and stands before there is anything to show. */
const CELL = '[role=grid] tbody [role=row] .subject';

/** Opens the page with an empty cache `times` times: the median until its first row says something, and the bytes. */
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
    await page.addInitScript((cell) => {
      const look = () => {
        if (document.querySelector(cell)?.textContent.trim()) window.usable = performance.now();
        else requestAnimationFrame(look);
      };
      requestAnimationFrame(look);
    }, CELL);
    await page.goto(url + path, { waitUntil: 'load' });
    await page.waitForFunction(() => window.usable !== undefined);
    until.push(await page.evaluate(() => window.usable));
    await context.close();
  }
  return { usable: median(until), bytes };
}
