// A real OpenID Connect provider beside a server that people sign in to by it.
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { copy } from './districts.ts';
import { root, Sentlog } from './sentlog.ts';

/** What the provider's people may do: see `provider.mjs` for who they are. */
const MAP = `
[[map]]
value = "office"
role = "operator"

[[map]]
value = "directors"
role = "viewer"
`;

/** Starts both on free ports; `folder` is for their files. */
export async function signOn(folder: string, args: string[] = []): Promise<{ server: Sentlog; stop: () => Promise<void> }> {
  const listen = `127.0.0.1:${await freePort()}`;
  const home = `http://${listen}`;
  const provider = spawn(
    'node',
    [resolve(root, 'end2end/harness/provider.mjs'), `${home}/api/session/sign-on/back`],
    { stdio: ['pipe', 'pipe', 'ignore'] },
  );
  const issuer = await new Promise<string>((ready, failed) => {
    provider.once('exit', (code) => failed(new Error(`The provider ended (${code}).`)));
    createInterface({ input: provider.stdout }).on('line', (line) => {
      if (line.startsWith('{')) ready((JSON.parse(line) as { issuer: string }).issuer);
    });
  });
  const [map, secret] = [join(folder, 'map.toml'), join(folder, 'secret')];
  writeFileSync(map, MAP);
  writeFileSync(secret, 'a secret of the tests\n');
  const server = await Sentlog.start(
    copy('manual', folder),
    [
      ...['--public-url', home, '--oidc-issuer', issuer, '--oidc-client-id', 'sentlog'],
      ...['--oidc-client-secret-file', secret, '--oidc-map', map, '--oidc-scopes', 'profile groups'],
      ...['--oidc-name', 'Harrison School District', ...args],
    ],
    listen,
  );
  const stop = async () => {
    await server.stop();
    provider.kill();
  };
  return { server, stop };
}

function freePort(): Promise<number> {
  return new Promise((found) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => found(port));
    });
  });
}
