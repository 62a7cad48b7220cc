import { defineSettings, isLoopback, setting } from '@keyward/runtime';

const SAFE_ADDRESS = 'an https address, or an http one on this machine';

/** What an operator may set about the console and signing in to it. */
export const sessionSettings = defineSettings({
  KEYWARD_PUBLIC_URL: setting.string({
    optional: true,
    check: (text) => isSafeAddress(text) && new URL(text).href === `${new URL(text).origin}/`,
    rule: `${SAFE_ADDRESS}, without a path, such as https://keyward.example.com`,
    doc: 'Where browsers reach the HTTP API. Needed with `KEYWARD_OIDC_ISSUER`, which sends them back to /session/callback there.',
  }),
  KEYWARD_OIDC_ISSUER: setting.string({
    optional: true,
    check: isSafeAddress,
    rule: `${SAFE_ADDRESS}, such as https://id.example.com/realms/acme`,
    doc: 'The OpenID Connect provider through which people sign in to the console, as its discovery document names it. Without it the console has no sign-in but that for development.',
  }),
  KEYWARD_OIDC_CLIENT_ID: setting.string({
    optional: true,
    doc: "Keyward's client id at the provider. Needed with `KEYWARD_OIDC_ISSUER`.",
  }),
  KEYWARD_OIDC_CLIENT_SECRET_FILE: setting.path({
    optional: true,
    doc: "File with the client's secret, mode 0600. Without it Keyward is a public client; PKCE is used in either case.",
  }),
  KEYWARD_OIDC_SCOPE: setting.string({
    default: 'openid profile',
    pattern: /^openid( [\x21\x23-\x5b\x5d-\x7e]+)*$/,
    rule: 'scopes with one space between, "openid" first',
    doc: 'What is asked of the provider at sign-in.',
  }),
  KEYWARD_OIDC_PARAMETERS: setting.string({
    optional: true,
    check: namesNoneOfOurs,
    rule: 'parameters as in an address (name=value&name=value), none of which Keyward sends itself',
    doc: 'What the provider needs besides to make the access token one for Keyward, such as `audience=keyward` or `resource=https%3A%2F%2Fkeyward.example.com`. Sent when signing in and when redeeming the code.',
  }),
  KEYWARD_SESSION_KEYS: setting.string({
    optional: true,
    secret: true,
    doc: 'Keys that seal the sessions of the console: 32 bytes each in base64, with commas between, the current one first. The same for all copies of the api; takes the place of the file.',
  }),
  KEYWARD_SESSION_KEYS_FILE: setting.path({
    optional: true,
    doc: 'File of such keys, one a line, mode 0600. Default: session.keys in the data folder, made at the first start by the one process or with the sign-in for development.',
  }),
  KEYWARD_SESSION_LIFETIME: setting.duration({
    default: '8h',
    min: '1m',
    max: '30d',
    doc: 'Longest life of a session. It never outlives the token that it was made of.',
  }),
  KEYWARD_DEVELOPMENT_SIGN_IN: setting.boolean({
    default: false,
    doc: 'Lets whoever reaches the HTTP port on this machine sign in to the console as anybody. Only with the local issuer, and listening on this machine alone. `npm start` sets it where neither is set otherwise.',
  }),
  KEYWARD_RATE_LIMIT_SIGN_IN: setting.integer({
    default: 20,
    doc: 'Requests to sign in or out that one remote address may send per second, per process; 0 sets no limit.',
  }),
  KEYWARD_CONSOLE_DIR: setting.path({
    optional: true,
    doc: "Folder of the console's built files, index.html and assets/. Default: the one that was built with Keyward.",
  }),
});

function isSafeAddress(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, password, search, hash } = new URL(text);
  if (`${username}${password}${search}${hash}` !== '') return false;
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname));
}

const OWN_PARAMETERS = new Set([
  ...['client_id', 'client_secret', 'redirect_uri', 'response_type', 'response_mode', 'scope', 'state'],
  ...['nonce', 'code', 'code_challenge', 'code_challenge_method', 'code_verifier', 'grant_type'],
]);

function namesNoneOfOurs(text: string): boolean {
  const names = [...new URLSearchParams(text)].map(([name]) => name);
  return names.length > 0 && names.every((name) => name !== '' && !OWN_PARAMETERS.has(name));
}
