import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { keksFromEnvironment } from '@keyward/sealing';
import { Random } from '../../support/random.js';
import { runUntilExit, temporaryDataDir } from '../../support/standalone.js';
import { KeyWorld, keyOf, until } from './key-world.js';
import { plunder } from './stored-secrets.js';

const SEED = Number(process.env['KEYWARD_FAULTS_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const OLD = `old:${randomBytes(32).toString('base64')}`;
const NEW = `new:${randomBytes(32).toString('base64')}`;
const NEWEST = `newest:${randomBytes(32).toString('base64')}`;
const KEYS = 1_500;
const KILLS = 4;
const secretOf = (n: number): string => `sk-canary-0123456789-${n}`;

describe(`Rotating the key encryption key under load and kill -9 (seed ${SEED})`, () => {
  const data = temporaryDataDir();
  const random = new Random(SEED);
  let world: KeyWorld;

  beforeAll(async () => {
    world = await KeyWorld.open(data.path, { projects: KEYS, env: { KEYWARD_KEK: OLD } });
    const all = Array.from({ length: KEYS }, (_, n) => n);
    while (all.length > 0) await Promise.all(all.splice(0, 64).map((n) => world.set(n, secretOf(n))));
  }, 600_000);
  afterAll(async () => {
    await world.close();
    data.dispose();
  });

  it('refuses to start without the old key, which keys in use are sealed under, and names it', async () => {
    await world.close();
    const { code, output, errors } = await runUntilExit(data.path, { KEYWARD_KEK: NEW });
    expect(code).not.toBe(0);
    expect(output + errors).toContain('"old" is missing');
    await world.start({ KEYWARD_KEK: `${NEW},${OLD}` });
  }, 120_000);

  it('goes on where it was killed, and says how far it is', async () => {
    expect(await world.cli.json('kek status')).toMatchObject({
      current: 'new',
      others: ['old'],
      rotation: 'none',
    });
    await world.askForRotation();
    const left: number[] = [];
    for (let kill = 0; kill < KILLS; kill += 1) {
      await sleep(random.between(0, 120));
      await world.kill();
      left.push(await underOld());
      await world.start({ KEYWARD_KEK: `${NEW},${OLD}` });
    }
    const rotated = await world.cli.run('kek rotate');
    expect(rotated).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('Needed no more: old.') as string,
    });
    process.stderr.write(`rotation, seed ${SEED}: under the old key at each kill ${left.join(' ')}\n`);
  }, 600_000);

  it('leaves everything to the new key: the old one can be dropped', async () => {
    await world.restart({ KEYWARD_KEK: NEW });
    const { opened } = await plunder(data.path, keksFromEnvironment(NEW));
    expect([...opened.values()].sort()).toEqual(Array.from({ length: KEYS }, (_, n) => secretOf(n)).sort());
    for (let n = 0; n < KEYS; n += 97) expect(await world.lookup(n)).toBe(secretOf(n));
    // The fingerprint key too: else no value would be recognised, or a set would fail.
    const again = await world.write('PUT', keyOf(0), { secret: secretOf(0) });
    expect(again).toMatchObject({ changed: false });
  }, 120_000);

  it('fails no lookup meanwhile', async () => {
    await world.restart({ KEYWARD_KEK: `${NEWEST},${NEW}` });
    const stop = new AbortController();
    const load = lookUpAll(stop.signal);
    await world.askForRotation();
    await until(async () => (await world.kekStatus()).others.length === 0);
    stop.abort();
    const { lookups, failures } = await load;
    expect(failures).toEqual([]);
    expect(lookups).toBeGreaterThan(50);
    process.stderr.write(`rotation under load: ${lookups} lookups while ${KEYS} keys were wrapped anew\n`);
  }, 300_000);

  async function underOld(): Promise<number> {
    const { sealed } = await plunder(data.path, keksFromEnvironment(`${NEW},${OLD}`));
    return [...sealed.values()].filter(({ kekId }) => kekId === 'old').length;
  }

  /** Any key at any time, until it is stopped. */
  async function lookUpAll(signal: AbortSignal): Promise<{ lookups: number; failures: string[] }> {
    const client = world.lookups();
    const failures: string[] = [];
    let lookups = 0;
    const worker = async (): Promise<void> => {
      while (!signal.aborted) {
        const n = random.between(0, KEYS);
        const secret = await client.ask(n).catch((error: unknown) => String(error));
        lookups += 1;
        if (secret !== secretOf(n)) failures.push(secret ?? 'no key');
      }
    };
    await Promise.all(Array.from({ length: 8 }, worker));
    client.close();
    return { lookups, failures };
  }
});
