// The page's benchmark: the same rows, keys and clicks for four tables, in turn, in one browser.
//
// usage: node run.mjs --binary target/release/sentlog --database FILE [--rounds 7]
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { chromium } from '@playwright/test';
import { prepare } from './tables/rows.js';
import { OTHERS, serve } from './driver/contenders.mjs';
import { load } from './driver/load.mjs';
import { Contender, median, ninetieth } from './driver/measure.mjs';
import { install, READ } from './driver/probe.mjs';
import { enter, newest, start } from './driver/sentlog.mjs';

const { values: options } = parseArgs({
  options: { binary: { type: 'string' }, database: { type: 'string' }, rounds: { type: 'string', default: '7' } },
});
const OURS = { name: 'Sentlog', row: '[role=grid] tbody [role=row], [role=grid] tbody tr', cell: '[role=gridcell], td' };
const VIEWPORT = { width: 1440, height: 900 };

const executablePath = existsSync(chromium.executablePath()) ? undefined : '/usr/bin/chromium';
const browser = await chromium.launch({
  executablePath,
  args: [
    ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
    // Frames come as fast as the page can make them, so that what is measured is its work and not the screen's.
    '--disable-frame-rate-limit',
    '--disable-gpu-vsync',
    '--disable-gpu',
    '--disable-background-networking',
    '--disable-component-update',
  ],
});
const sentlog = await start(options.binary, options.database);
const context = await browser.newContext({ viewport: VIEWPORT });
await enter(context, sentlog.url);

const day = (ago) => new Date(Date.now() - ago * 86_400_000).toISOString().slice(0, 10);
const range = { from: day(800), to: day(-1) };
const answer = await newest(context, sentlog.url, range);
const rows = prepare(answer);
const others = await serve(answer);
const path = `/?from=${range.from}&to=${range.to}`;

const open = async ({ name, row, cell }, address) => {
  const page = await context.newPage();
  await page.addInitScript(install, { row, cell, read: READ });
  await page.goto(address);
  await page.waitForFunction(() => window.probe.shown() !== '');
  const session = await context.newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  return new Contender(name, page, session);
};
const ours = await open(OURS, sentlog.url + path);
const geometry = await measureGeometry(ours.page);
const contenders = [ours];
for (const other of OTHERS) contenders.push(await open(other, others.address(other, geometry)));

console.log(`${rows.length} rows; ${geometry.rows} on screen, ${geometry.height} px each, ${geometry.overscan} more on either side.`);
const middle = rows[rows.length >> 1];
const TYPED = [
  ['subject', 'Message Subject', rows[1234].subject.split(' ').sort((a, b) => b.length - a.length)[0].slice(0, 6).toLowerCase()],
  ['created', 'Date Created', middle.created],
  ['scheduled', 'Date Scheduled', middle.scheduled],
  ['scheduleId', 'ScheduleID', rows.findLast(({ scheduleId }) => scheduleId !== '').scheduleId],
];
console.log(`Typed: ${TYPED.map(([, label, text]) => `"${text}" into ${label}`).join(', ')}. Chosen: "${middle.type}" of Message Type.\n`);

for (const [title, rate] of [['As fast as the machine goes', 1], ['CPU throttled 4 times (a tablet)', 4]]) {
  const samples = [];
  for (const { session } of contenders) await session.send('Emulation.setCPUThrottlingRate', { rate });
  for (let round = 0; round <= Number(options.rounds); round++) {
    // The first round warms everybody up; then each goes first as often as the others.
    const kept = round === 0 ? [] : samples;
    for (let turn = 0; turn < contenders.length; turn++) {
      const contender = contenders[(round + turn) % contenders.length];
      await contender.page.bringToFront();
      for (const [column, label, text] of TYPED) await contender.type(kept, rows, column, label, text);
      await contender.choose(kept, rows, 'type', 'Message Type', middle.type);
      await contender.sort(kept, rows, 'subject', 'Message Subject');
      await contender.sort(kept, rows, 'created', 'Date Created');
    }
  }
  print(title, samples);
}

const { usable, bytes } = await load(browser, sentlog, path, Number(options.rounds));
const total = (wanted) => bytes.filter(wanted).reduce((sum, entry) => sum + entry.bytes, 0);
const client = total(({ path }) => !path.startsWith('/api/'));
const found = total(({ path }) => path === '/api/messages');
console.log(`Page usable with ${rows.length} rows, cache empty, on loopback: ${usable.toFixed(0)} ms (median)`);
console.log(`On the wire: the page ${(client / 1000).toFixed(1)} KB, the answer with ${rows.length} rows ${(found / 1000).toFixed(1)} KB`);

await browser.close();
await others.close();
sentlog.stop();

/** How high a row of ours is, how many can be seen, and how many more are kept ready on either side. */
async function measureGeometry(page) {
  const { heights, room } = await page.evaluate(({ row }) => {
    const elements = [...document.querySelectorAll(row)].filter((element) => element.getClientRects().length > 0);
    const grid = document.querySelector('[role=grid]');
    const scrolled = (at) => (at.scrollHeight > at.clientHeight + 1 ? at : scrolled(at.parentElement));
    const edge = scrolled(grid).getBoundingClientRect();
    return {
      heights: elements.map((element) => element.getBoundingClientRect().height),
      room: Math.min(edge.bottom, window.innerHeight) - elements[0].getBoundingClientRect().top,
    };
  }, OURS);
  const height = heights[0];
  const seen = Math.floor(room / height);
  return { height, rows: seen, overscan: Math.max(1, Math.round((heights.length - seen) / 2)) };
}

/** Medians and ratios to the reference, for each kind of step. */
function print(title, samples) {
  console.log(`## ${title}\n`);
  console.log('| step | table | key to frame, median | 90 % | × vanilla | script, style, layout | × vanilla | n |');
  console.log('| --- | --- | --: | --: | --: | --: | --: | --: |');
  for (const kind of new Set(samples.map((sample) => sample.kind))) {
    const of = (name) => samples.filter((sample) => sample.kind === kind && sample.contender === name);
    const middle = (name, figure) => median(of(name).map((sample) => sample[figure]));
    for (const { name } of contenders.filter(({ name }) => of(name).length > 0)) {
      const frame = middle(name, 'frame');
      const work = middle(name, 'work');
      const columns = [
        kind,
        name,
        `${frame.toFixed(1)} ms`,
        `${ninetieth(of(name).map((sample) => sample.frame)).toFixed(1)} ms`,
        (frame / middle('vanilla', 'frame')).toFixed(2),
        `${work.toFixed(1)} ms`,
        (work / middle('vanilla', 'work')).toFixed(2),
        of(name).length,
      ];
      console.log(`| ${columns.join(' | ')} |`);
    }
  }
  console.log();
}
