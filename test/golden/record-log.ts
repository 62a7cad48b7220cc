// node --import ./scripts/run-typescript.mjs test/golden/record-log.ts <folder>
// Records what a release writes: drives a built Keyward through every kind of command, and leaves its event log and
// what it answered in a new folder. A folder that is there is never written to: what a release wrote is what it wrote.
import { copyFileSync, existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { HttpClient } from '../faults/load/http-client.js';
import { startKeyward, temporaryDataDir, token } from '../support/standalone.js';
import { QUESTIONS, answersOf, leafHashesOf } from './answers.js';

const OLD = `old:${Buffer.alloc(32, 1).toString('base64')}`;
const NEW = `new:${Buffer.alloc(32, 2).toString('base64')}`;
const KEY = '/integrations/openai/key';
const ACME = '/v1/organizations/acme';
const BETA = '/v1/organizations/beta';

type Step = readonly [
  method: string,
  path: string,
  body?: object,
  headers?: Readonly<Record<string, string>>,
];

/** Everything before the key encryption key is rotated. */
const STEPS: readonly Step[] = [
  ['PUT', '/v1/rollout', { percentage: 25, include: ['acme'], exclude: ['beta'] }],
  ['PUT', ACME, { name: 'Acme', plan: 'team' }],
  ['PUT', ACME, { name: 'Acme GmbH & Söhne “☂”', plan: 'enterprise' }],
  ['PUT', BETA, { name: 'Beta', plan: 'enterprise' }],
  ['PUT', `${ACME}/projects/website`, { name: 'Website' }],
  ['PUT', `${ACME}/projects/website`, { name: 'Website, the second' }],
  ['PUT', `${ACME}/projects/mobile`, { name: 'Mobile' }],
  ['PUT', `${ACME}/projects/old`, { name: 'Old' }],
  ['PUT', `${BETA}/projects/shop`, { name: 'Shop' }],
  ['PUT', `${ACME}${KEY}`, { secret: 'sk-golden-org-0123456789-0001', reason: 'first set-up' }],
  [
    'PUT',
    `${ACME}${KEY}`,
    { secret: 'sk-golden-org-0123456789-0002' },
    { 'idempotency-key': 'golden-1', 'if-match': '"1"' },
  ],
  // The same value under another key: no event, but an answer that is remembered.
  ['PUT', `${ACME}${KEY}`, { secret: 'sk-golden-org-0123456789-0002' }, { 'idempotency-key': 'golden-2' }],
  ['POST', `${ACME}${KEY}/disable`, { reason: 'rate limited by the vendor — «zu teuer»' }],
  ['POST', `${ACME}${KEY}/enable`, {}, { 'if-match': '*' }],
  ['PUT', `${ACME}/projects/website${KEY}`, { secret: 'sk-golden-web-0123456789-0003' }],
  ['PUT', `${ACME}/projects/mobile${KEY}`, { secret: 'sk-golden-mob-0123456789-0004' }],
  ['DELETE', `${ACME}/projects/mobile${KEY}`, { reason: 'back to the common one' }],
  ['PUT', `${ACME}/integrations/serpapi/key`, { secret: 'golden-serp-0005' }],
  ['POST', `${ACME}/integrations/serpapi/key/disable`, {}],
  ['PUT', `${ACME}/integrations/github/key`, { secret: 'ghp_golden0123456789012345678901230006' }],
  ['DELETE', `${ACME}/integrations/github/key`, {}],
  ['DELETE', `${ACME}${KEY}/versions/1`, { reason: 'leaked' }],
  ['DELETE', `${ACME}/projects/old`],
  ['PUT', '/v1/rollout', { percentage: 25, include: ['acme', 'beta'], exclude: [] }],
  ['PUT', `${BETA}${KEY}`, { secret: 'sk-golden-beta-0123456789-0007' }],
  ['PUT', BETA, { name: 'Beta', plan: 'free' }],
];

const folder = process.argv[2];
if (folder === undefined || existsSync(folder)) throw new Error('name a folder that is not there yet');
const data = temporaryDataDir();
const env = { KEYWARD_KEY_RETENTION: '365d' };
const before = await startKeyward(data.path, { ...env, KEYWARD_KEK: OLD });
const admin = token(
  data.path,
  '--subject',
  'alice',
  '--platform-admin',
  '--org',
  'acme=owner',
  '--org',
  'beta=admin',
);
for (const [method, path, body, headers] of STEPS) {
  const http = new HttpClient(Number(new URL(before.httpUrl).port));
  await http.must({ method, path, token: admin, ...(body && { body }), ...(headers && { headers }) });
  http.close();
}
await before.stop();
const keyward = await startKeyward(data.path, { ...env, KEYWARD_KEK: `${NEW},${OLD}` });
const http = new HttpClient(Number(new URL(keyward.httpUrl).port));
await http.must({
  method: 'POST',
  path: '/v1/key-encryption-keys/rotation',
  token: admin,
  body: { reason: 'yearly' },
});
const status = () => http.must({ method: 'GET', path: '/v1/key-encryption-keys', token: admin });
while (((await status())['others'] as unknown[]).length > 0)
  await new Promise((resolve) => setTimeout(resolve, 50));
const answers = await answersOf(keyward, data.path, QUESTIONS);
http.close();
await keyward.stop();
// Opening the log empties its write-ahead log into its file.
const leafHashes = await leafHashesOf(data.path);
if (statSync(join(data.path, 'keyward.db-wal')).size > 0) throw new Error('the log is not in one file');
mkdirSync(folder);
copyFileSync(join(data.path, 'keyward.db'), join(folder, 'keyward.db'));
writeFileSync(
  join(folder, 'answers.json'),
  `${JSON.stringify({ keyEncryptionKey: NEW, answers, leafHashes }, null, 2)}\n`,
);
data.dispose();
