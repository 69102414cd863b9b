// The real server: the binary under test, its database, and its life.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

/** The binary: `SENTLOG_BINARY`, which `cargo xtask test` sets, or the newest place cargo puts it. */
export function binary(): string {
  const target = process.env['CARGO_TARGET_DIR'] ?? resolve(root, 'target');
  const places = [
    process.env['SENTLOG_BINARY'],
    resolve(target, 'debug/sentlog'),
    resolve(target, 'release/sentlog'),
  ];
  const found = places.find((place) => place !== undefined && existsSync(place));
  if (found === undefined) throw new Error('There is no sentlog binary. Build one with `cargo xtask build`.');
  return found;
}

/** The environment without the settings of whoever runs the tests. Nothing is delivered, so that what a test
 *  meets stands still, unless its story is about delivering. */
function environment(delivering = false): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('SENTLOG_'));
  return { ...Object.fromEntries(kept), SENTLOG_TIME_ZONE: 'America/Chicago', SENTLOG_NO_DELIVERY: `${!delivering}` };
}

/** The password of everybody in the stories. */
export const PASSWORD = 'correct horse battery staple';

/** Where a database is, as the server's setting spells it. */
export const databaseUrl = (file: string) => `sqlite:${file}`;

/** Runs one of the binary's tools to its end; `input` is what it reads from standard input. */
export function tool(args: string[], input = ''): string {
  const { status, stdout, stderr, error } = spawnSync(binary(), args, {
    env: environment(),
    input,
    encoding: 'utf8',
  });
  if (error) throw error;
  if (status !== 0) throw new Error(`sentlog ${args.join(' ')} ended with ${status}:\n${stdout}${stderr}`);
  return stdout;
}

/** A running server. */
export class Sentlog {
  private constructor(
    private readonly child: ChildProcess,
    private readonly lines: string[],
    readonly url: string,
    private readonly database: string,
  ) {}

  /** Starts a server on a free port, and returns once it says that it is ready. */
  static start(
    database: string,
    args: string[] = [],
    listen = '127.0.0.1:0',
    delivering = false,
  ): Promise<Sentlog> {
    const child = spawn(
      binary(),
      ['serve', '--listen', listen, '--database-url', databaseUrl(database), ...args],
      { env: environment(delivering), stdio: ['ignore', 'pipe', 'pipe'] },
    );
    const killed = () => child.kill('SIGKILL');
    process.once('exit', killed);
    child.once('exit', () => process.removeListener('exit', killed));

    const lines: string[] = [];
    createInterface({ input: child.stderr }).on('line', (line) => lines.push(line));
    return new Promise((ready, failed) => {
      child.once('error', failed);
      child.once('exit', (code) =>
        failed(new Error(`The server ended (${code}) before it was ready:\n${lines.join('\n')}`)),
      );
      createInterface({ input: child.stdout }).on('line', (line) => {
        const address = /^Sentlog is at (http:\S+)$/.exec(line);
        if (address?.[1]) ready(new Sentlog(child, lines, address[1].replace(/\/$/, ''), database));
        else lines.push(line);
      });
    });
  }

  /** Asks it to end, and returns once it has. */
  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const gone = new Promise((done) => this.child.once('exit', done));
    this.child.kill('SIGTERM');
    const impatience = setTimeout(() => this.child.kill('SIGKILL'), 5_000);
    await gone;
    clearTimeout(impatience);
  }

  /** Starts it again at the same address, with the same database. */
  async restart(): Promise<Sentlog> {
    await this.stop();
    return Sentlog.start(this.database, [], new URL(this.url).host);
  }

  /** Imports messages beside the running server. */
  import(...messages: object[]): void {
    const lines = messages.map((message) => JSON.stringify(message)).join('\n');
    tool(['import', '-', '--database-url', databaseUrl(this.database)], lines);
  }

  /** Adds somebody who may sign in with the password that everybody here has. */
  person(name: string, role: string): void {
    const database = ['--database-url', databaseUrl(this.database)];
    tool(['user', 'add', name, '--role', role, ...database], `${PASSWORD}\n`);
  }

  /** A token that lets a program submit messages. */
  token(): string {
    return tool(['token', 'add', 'portal', '--database-url', databaseUrl(this.database)]).trim();
  }

  /** Submits a message as a program does, and answers with its number. */
  async submit(token: string, message: object): Promise<number> {
    const answer = await fetch(`${this.url}/api/messages`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(message),
    });
    if (answer.status !== 201) throw new Error(`${answer.status} ${await answer.text()}`);
    return ((await answer.json()) as { id: number }).id;
  }

  /** Everything it has logged. */
  get log(): string {
    return this.lines.join('\n');
  }
}
