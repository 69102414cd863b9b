// The stories: told in Chromium, in Firefox where there is one, on a tablet and on a phone.
import { defineConfig, devices, type Project } from '@playwright/test';
import { chromiumLaunch, firefoxLaunch } from './harness/browsers.ts';

const chromium = chromiumLaunch();
if (chromium === undefined) {
  throw new Error('There is no Chromium. Install one with `npx playwright install chromium`.');
}
const firefox = firefoxLaunch();
if (firefox === undefined) console.log('Firefox is not installed: the stories are told in Chromium only.');

const TOUCH = ['tablet.spec.ts', 'phone.spec.ts', 'administration-touch.spec.ts'];
// The audit reads the same elements in every browser, and takes minutes of them in Firefox.
const CHROMIUM_ONLY = [
  'screenshots.spec.ts',
  'accessible.spec.ts',
  'administration-screenshots.spec.ts',
  'administration-accessible.spec.ts',
];
// Debian's Firefox, driven as it is here, tells nobody of its downloads.
const NOT_IN_FIREFOX = [...CHROMIUM_ONLY, 'report.spec.ts'];
const desktop = { viewport: { width: 1440, height: 900 } };

const projects: Project[] = [
  {
    name: 'chromium',
    testIgnore: TOUCH,
    use: { browserName: 'chromium', launchOptions: chromium, ...desktop },
  },
  {
    name: 'tablet',
    testMatch: ['tablet.spec.ts', 'administration-touch.spec.ts'],
    use: {
      browserName: 'chromium',
      launchOptions: chromium,
      viewport: { width: 820, height: 1180 },
      hasTouch: true,
      isMobile: true,
      deviceScaleFactor: 2,
    },
  },
  {
    name: 'phone',
    testMatch: ['phone.spec.ts', 'administration-touch.spec.ts'],
    use: { ...devices['iPhone 13'], browserName: 'chromium', launchOptions: chromium },
  },
];
if (firefox !== undefined) {
  projects.push({
    name: 'firefox',
    testIgnore: [...TOUCH, ...NOT_IN_FIREFOX],
    use: { browserName: 'firefox', ...firefox, ...desktop },
  });
}

export default defineConfig({
  testDir: 'tests',
  globalSetup: './harness/districts.ts',
  fullyParallel: true,
  forbidOnly: process.env['CI'] !== undefined,
  // A busy CI machine may be slow once; a story that needs a second try is listed as flaky.
  retries: process.env['CI'] === undefined ? 0 : 2,
  timeout: 120_000,
  workers: 2,
  expect: { timeout: 10_000 },
  reporter: [['list']],
  use: {
    // Neither the zone nor the language of the browser may show anywhere: dates are the district's.
    timezoneId: 'Asia/Tokyo',
    locale: 'de-DE',
    trace: 'retain-on-failure',
  },
  projects,
});
