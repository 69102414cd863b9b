// A real OpenID Connect provider for the tests: any name signs in, with any password. Started with the address it
// is to send people back to; says where it is as a line of JSON, and ends with its standard input.
import { createServer } from 'node:http';
import { Provider } from 'oidc-provider';

const [back] = process.argv.slice(2);

/** What is known of whom; of anybody else only their name. */
const PEOPLE = {
  office: { name: 'Olga Office', groups: ['staff', 'office'] },
  // Called like an account that Sentlog has of its own.
  director: { name: 'admin', groups: ['directors'] },
  // Called like a script.
  intruder: { name: '<img src=x onerror=alert(50)>', groups: ['office'] },
};

const server = createServer();
server.listen(0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: 'sentlog',
        client_secret: 'a secret of the tests',
        redirect_uris: [back],
        response_types: ['code'],
        grant_types: ['authorization_code'],
      },
    ],
    pkce: { required: () => true },
    claims: { profile: ['name'], groups: ['groups'] },
    findAccount: (_, sub) => ({
      accountId: sub,
      claims: () => ({ sub, name: sub, groups: [], ...PEOPLE[sub] }),
    }),
  });
  // Its forms would load a font from elsewhere.
  provider.use(async (context, next) => {
    await next();
    if (typeof context.body === 'string') context.body = context.body.replace(/@import [^;]*;/, '');
  });
  server.on('request', provider.callback());
  console.log(JSON.stringify({ issuer }));
});
process.stdin.resume().on('end', () => process.exit());
