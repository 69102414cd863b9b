// The databases the stories begin with: made once a run by the real tools, copied for each server.
import { constants, copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { databaseUrl, PASSWORD, root, Sentlog, tool } from './sentlog.ts';

export { PASSWORD };

/** `manual`: the manual's own screens. `demo`: the demonstration district, which ends today. */
export type District = 'manual' | 'demo';

/** One account of each role. */
export const PEOPLE = { viewer: 'vera', operator: 'otto', admin: 'ada' } as const;
export type Role = keyof typeof PEOPLE;

const FOLDER = 'SENTLOG_DISTRICTS';

function file(district: District): string {
  const folder = process.env[FOLDER];
  if (folder === undefined) throw new Error('The districts have not been made.');
  return join(folder, `${district}.db`);
}

/** Playwright's global set-up: makes both districts, and returns what removes them. */
export default async function make(): Promise<() => void> {
  const folder = mkdtempSync(join(tmpdir(), 'sentlog-districts-'));
  process.env[FOLDER] = folder;

  const manual = databaseUrl(file('manual'));
  tool(['import', resolve(root, 'server/fixtures/manual.ndjson'), '--database-url', manual]);
  await Sentlog.start(file('demo'), ['--demo']).then((server) => server.stop());
  for (const district of ['manual', 'demo'] as const) {
    for (const [role, name] of Object.entries(PEOPLE)) {
      const database = databaseUrl(file(district));
      tool(['user', 'add', name, '--role', role, '--database-url', database], `${PASSWORD}\n`);
    }
  }
  return () => rmSync(folder, { recursive: true, force: true });
}

/** Copies a district to `folder`, and returns where it is. */
export function copy(district: District, folder: string): string {
  const target = join(folder, `${district}.db`);
  for (const part of ['', '-wal']) {
    const source = file(district) + part;
    if (existsSync(source)) copyFileSync(source, target + part, constants.COPYFILE_FICLONE);
  }
  return target;
}
