// The stories' `test`: a server of their own, somebody signed in, and nothing amiss in the console or the log.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { test as base, expect, type APIRequestContext, type Page } from '@playwright/test';
import { copy, PASSWORD, PEOPLE, type District, type Role } from './districts.ts';
import { LogPage } from './log-page.ts';
import { Sentlog } from './sentlog.ts';

type Settings = {
  /** What the server knows when the story begins. */
  district: District;
  /** Who is signed in when the story begins. */
  role: Role | 'nobody';
  /** The HTTP statuses above 399 that belong to the story. */
  refusals: number[];
  /** Whether the server delivers: to the sandbox, as slowly as a demonstration does. */
  delivering: boolean;
  /** Whether the story breaks the connection on purpose. */
  unreachable: boolean;
};

type Story = {
  server: Sentlog;
  /** A second server, run as a demonstration. */
  demonstration: Sentlog;
  log: LogPage;
  watched: void;
};

export const test = base.extend<Settings & Story>({
  district: ['manual', { option: true }],
  role: ['operator', { option: true }],
  refusals: [[], { option: true }],
  delivering: [false, { option: true }],
  unreachable: [false, { option: true }],

  server: async ({ district, delivering }, use) => {
    const folder = mkdtempSync(join(tmpdir(), 'sentlog-story-'));
    const args = delivering ? ['--sandbox-rate', '25'] : [];
    const server = await Sentlog.start(copy(district, folder), args, undefined, delivering);
    await use(server);
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
    expect(server.log, 'the log has no faults').not.toMatch(/panicked| ERROR /);
    expect(server.log, 'the log has no addresses').not.toMatch(/@nomail\.com|\+1\d{10}/);
  },

  demonstration: async ({}, use) => {
    const folder = mkdtempSync(join(tmpdir(), 'sentlog-demo-'));
    const server = await Sentlog.start(copy('demo', folder), ['--demo']);
    await use(server);
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  },

  baseURL: async ({ server }, use) => use(server.url),

  page: async ({ page, server, role }, use) => {
    if (role !== 'nobody') await signIn(page.request, server, role);
    await use(page);
  },

  log: async ({ page }, use) => use(new LogPage(page)),

  watched: [
    async ({ page, refusals, unreachable }, use) => {
      const amiss: string[] = [];
      page.on('pageerror', (error) => amiss.push(`error: ${error.message}`));
      page.on('dialog', (dialog) => {
        amiss.push(`dialog: ${dialog.message()}`);
        void dialog.dismiss();
      });
      page.on('console', (message) => {
        const ofTheStory = /^Failed to load resource/.test(message.text());
        // The driver runs scripts of its own in every frame, and now and then in a message's, where none may run
        // (microsoft/playwright#33343). That there is none of the message's, hostile.spec.ts reads in its source.
        const ofTheDriver = /^Blocked script execution in 'about:srcdoc'/.test(message.text());
        if (message.type() === 'error' && !ofTheStory && !ofTheDriver) amiss.push(`console: ${message.text()}`);
      });
      page.on('response', (response) => {
        const status = response.status();
        if (status > 399 && !refusals.includes(status)) amiss.push(`${status} ${response.url()}`);
      });
      page.on('request', (request) => {
        const url = request.url();
        const ours = url.startsWith('http://127.0.0.1:') || /^(about|blob|data):/.test(url);
        if (!ours) amiss.push(`request to elsewhere: ${url}`);
      });
      page.on('requestfailed', (request) => {
        const failure = request.failure()?.errorText ?? '';
        const left = /ABORTED/i.test(failure);
        if (!unreachable && !left) amiss.push(`failed: ${request.url()} ${failure}`);
      });
      await use();
      expect(amiss, 'nothing amiss in the browser').toEqual([]);
    },
    { auto: true },
  ],
});

/** Signs somebody in without the page. */
export async function signIn(
  request: APIRequestContext,
  server: Sentlog,
  role: Role,
): Promise<void> {
  await enter(request, server, PEOPLE[role]);
}

/** Signs in whoever has this name. */
export async function enter(request: APIRequestContext, server: Sentlog, name: string): Promise<void> {
  const answer = await request.post(`${server.url}/api/session`, {
    data: { name, password: PASSWORD },
    headers: { origin: server.url },
  });
  expect(answer.ok(), await answer.text()).toBe(true);
}

/** Expects the page, as it is now, to break no rule that axe knows, but for those of `besides`. */
export async function expectAccessible(page: Page, state: string, besides: string[] = []): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).exclude('iframe').disableRules(besides).analyze();
  const found = violations.map(({ id, help, nodes }) => ({ id, help, at: nodes.map((node) => node.html) }));
  expect(found, `axe, ${state}`).toEqual([]);
}

export { expect, PASSWORD, PEOPLE };
