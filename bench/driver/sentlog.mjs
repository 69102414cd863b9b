// The page under measure: the release binary with the demonstration district.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** Starts the server, and returns its address once it is ready. */
export function start(binary, database) {
  const args = ['serve', '--demo', '--no-delivery', '--listen', '127.0.0.1:0', '--database-url', `sqlite:${database}`];
  const child = spawn(binary, args, { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, SENTLOG_LOG: 'error' } });
  process.once('exit', () => child.kill('SIGKILL'));
  return new Promise((ready, failed) => {
    child.once('error', failed);
    child.once('exit', (code) => failed(new Error(`The server ended (${code}) before it was ready.`)));
    createInterface({ input: child.stdout }).on('line', (line) => {
      const address = /^Sentlog is at (http:\S+)$/.exec(line);
      if (address) ready({ url: address[1].replace(/\/$/, ''), stop: () => child.kill('SIGTERM') });
    });
  });
}

/** Lets a browser context in as the demonstration's visitor. */
export async function enter(context, url) {
  const answer = await context.request.post(`${url}/api/session/demo`, { headers: { origin: url } });
  if (!answer.ok()) throw new Error(`The demonstration did not let us in: ${answer.status()}`);
}

/** The newest 4000 rows, as the API answers. */
export async function newest(context, url, range) {
  const answer = await context.request.get(
    `${url}/api/messages?created_from=${range.from}&created_to=${range.to}`,
  );
  if (!answer.ok()) throw new Error(`The rows did not come: ${answer.status()}`);
  return answer.json();
}
