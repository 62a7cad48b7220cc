import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, mkdirSync, readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { join } from 'node:path';
import { readLog } from '../faults/load/read-log.js';
import { runUntilExit, startKeyward, temporaryDataDir } from '../support/standalone.js';

type Refused = Awaited<ReturnType<typeof runUntilExit>>;

/** A refusal is one sentence for the operator, never a stack, and ends the process with an error. */
function expectRefusal({ code, output, errors }: Refused, ...parts: readonly (string | RegExp)[]): void {
  for (const part of ['Keyward could not start.', ...parts]) expect(errors).toMatch(part);
  expect(code).toBe(1);
  expect(output + errors).not.toMatch(/\n\s+at |node:internal/);
}

describe('A start with the event log of an earlier one', () => {
  const data = temporaryDataDir();
  const kekFile = join(data.path, 'kek.json');
  let kek: { keys: { id: string; key: string }[]; current: string };
  let before: string[];

  const logged = async (): Promise<string[]> => {
    const { log, storeId, streams } = await readLog(data.path);
    return [storeId, String(log.head), ...streams];
  };

  beforeAll(async () => {
    const began = performance.now();
    const keyward = await startKeyward(data.path);
    process.stderr.write(`ready ${Math.round(performance.now() - began)} ms after the first start\n`);
    expect(await keyward.stop()).toBe(0);
    kek = JSON.parse(readFileSync(kekFile, 'utf8')) as typeof kek;
    before = await logged();
  }, 90_000);

  // Whatever was wrong: with the right key everything is as it was.
  afterEach(async () => {
    writeFileSync(kekFile, JSON.stringify(kek), { mode: 0o600 });
    chmodSync(kekFile, 0o600);
    expect(await logged()).toEqual(before);
    const keyward = await startKeyward(data.path);
    expect(await keyward.stop()).toBe(0);
  }, 90_000);

  afterAll(() => data.dispose());

  it('names the key encryption key that is missing, and makes no other', async () => {
    renameSync(kekFile, `${kekFile}.away`);
    const files = readdirSync(data.path);
    expectRefusal(await runUntilExit(data.path), kek.current, 'is missing', kekFile);
    expect(readdirSync(data.path)).toEqual(files);
    renameSync(`${kekFile}.away`, kekFile);
  });

  it('names the key encryption key that is another under the same id', async () => {
    const keys = [{ id: kek.current, key: randomBytes(32).toString('base64') }];
    writeFileSync(kekFile, JSON.stringify({ keys, current: kek.current }));
    const refused = await runUntilExit(data.path);
    expectRefusal(refused, kek.current, 'is not the one that the event log was sealed under');
    expect(refused.output + refused.errors).not.toContain(keys[0]!.key);
  });

  it('names the one that the environment does not have', async () => {
    const KEYWARD_KEK = `other:${randomBytes(32).toString('base64')}`;
    const refused = await runUntilExit(data.path, { KEYWARD_KEK });
    expectRefusal(refused, kek.current, 'is missing');
    expect(refused.output + refused.errors).not.toContain(KEYWARD_KEK.slice('other:'.length));
  });

  it('refuses a file of key encryption keys that is cut off, or that others may read', async () => {
    writeFileSync(kekFile, JSON.stringify(kek).slice(0, -30));
    const refused = await runUntilExit(data.path);
    expectRefusal(refused, kek.current, 'is not whole JSON');
    expect(refused.output + refused.errors).not.toContain(kek.keys[0]!.key.slice(0, 20));
    writeFileSync(kekFile, JSON.stringify(kek));
    chmodSync(kekFile, 0o644);
    expectRefusal(await runUntilExit(data.path), `run chmod 600 ${kekFile}`);
  });

  it('refuses a second process on the same folder, and leaves the first one unharmed', async () => {
    const first = await startKeyward(data.path);
    expectRefusal(await runUntilExit(data.path), 'in use by another Keyward process', 'stop that one first');
    expect((await fetch(`${first.httpUrl}/health/ready`)).status).toBe(200);
    expect(await first.stop()).toBe(0);
  });
});

describe('A start that cannot be', () => {
  const data = temporaryDataDir();
  let taken: Server;
  let port: string;

  beforeAll(async () => {
    taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    port = String((taken.address() as AddressInfo).port);
  });
  afterAll(() => {
    taken.close();
    data.dispose();
  });

  it('lists every setting that is wrong, with its rule, and touches nothing', async () => {
    const folder = join(data.path, 'untouched');
    const wrong = { KEYWARD_HTTP_PORT: 'eighty', KEYWARD_LEASE: '-1s', KEYWARD_LEESE: '3s' };
    expectRefusal(
      await runUntilExit(folder, wrong),
      '3 settings are wrong',
      'KEYWARD_HTTP_PORT must be a port number from 0 to 65535',
      /KEYWARD_LEASE must be a duration such as/,
      'KEYWARD_LEESE is not a setting: did you mean KEYWARD_LEASE',
    );
    expect(readdirSync(data.path)).toEqual([]);
  });

  it('names the settings of the sign-in that contradict each other', async () => {
    expectRefusal(
      await runUntilExit(data.path, { KEYWARD_OIDC_ISSUER: 'https://id.example' }),
      'KEYWARD_OIDC_CLIENT_ID must be set when KEYWARD_OIDC_ISSUER is.',
    );
    expectRefusal(
      await runUntilExit(data.path, { KEYWARD_DEVELOPMENT_SIGN_IN: 'true', KEYWARD_HTTP_HOST: '0.0.0.0' }),
      'KEYWARD_DEVELOPMENT_SIGN_IN',
      'KEYWARD_HTTP_HOST',
    );
  });

  it('never repeats the value of a setting that is secret', async () => {
    const refused = await runUntilExit(data.path, { KEYWARD_KEK: 'main:bm90LTMyLWJ5dGVz' });
    expectRefusal(refused, 'KEYWARD_KEK');
    expect(refused.output + refused.errors).not.toContain('bm90LTMyLWJ5dGVz');
  });

  it.each([
    ['HTTP', 'KEYWARD_HTTP_PORT'],
    ['gRPC', 'KEYWARD_GRPC_PORT'],
  ])('says that the port for %s is taken, and by which setting to choose another', async (what, name) => {
    const refused = await runUntilExit(join(data.path, what), { [name]: port });
    expectRefusal(refused, `Cannot listen for ${what} on 127.0.0.1:${port}`, name, 'EADDRINUSE');
  });

  it('says that the data folder is none, or may not be written', async () => {
    const file = join(data.path, 'file');
    writeFileSync(file, '');
    expectRefusal(await runUntilExit(file), `The data folder ${file} cannot be used`, 'KEYWARD_DATA_DIR');
    const readOnly = join(data.path, 'read-only');
    mkdirSync(readOnly, { mode: 0o500 });
    const refused = await runUntilExit(readOnly, {}, asOrdinaryUser());
    expectRefusal(refused, `The data folder ${readOnly} cannot be used`, 'KEYWARD_DATA_DIR');
  });

  it('says that the event log is no file of its own', async () => {
    const folder = join(data.path, 'garbage');
    mkdirSync(folder);
    writeFileSync(join(folder, 'keyward.db'), randomBytes(5_000));
    expectRefusal(await runUntilExit(folder), join(folder, 'keyward.db'), 'is not a SQLite file');
  });
});

/** Root may write everywhere, unless that right is taken away. */
function asOrdinaryUser(): string[] {
  return process.getuid?.() === 0
    ? ['setpriv', '--bounding-set=-dac_override', '--inh-caps=-dac_override']
    : [];
}
