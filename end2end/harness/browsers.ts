// Which browsers there are: Playwright's own where installed, else the system's.
import { existsSync } from 'node:fs';
import { chromium, firefox, type BrowserType, type LaunchOptions } from '@playwright/test';

const asRoot = process.getuid?.() === 0;

const CHROMIUM = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];
const FIREFOX = ['/usr/bin/firefox-esr', '/usr/lib/firefox-esr/firefox-esr'];

const CHROMIUM_ARGS = [
  ...(asRoot ? ['--no-sandbox'] : []),
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const own = (browser: BrowserType) => existsSync(browser.executablePath());

/** How to start Chromium; `undefined` where there is none. */
export function chromiumLaunch(): LaunchOptions | undefined {
  if (own(chromium)) return { args: CHROMIUM_ARGS };
  const system = CHROMIUM.find(existsSync);
  return system === undefined ? undefined : { executablePath: system, args: CHROMIUM_ARGS };
}

/** How to start Firefox, Playwright's own or the system's by WebDriver BiDi; `undefined` where there is none. */
export function firefoxLaunch(): { channel?: string; launchOptions: LaunchOptions } | undefined {
  if (own(firefox)) return { launchOptions: {} };
  const system = FIREFOX.find(existsSync);
  return system === undefined
    ? undefined
    : { channel: 'moz-firefox', launchOptions: { executablePath: system } };
}
