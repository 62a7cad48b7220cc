import { setTimeout as sleep } from 'node:timers/promises';
import { credentials, Metadata } from '@grpc/grpc-js';
import { keywardGrpc, type LookupResponse__Output } from '@keyward/contracts';
import { CommandLine } from '../../support/command.js';
import { Random } from '../../support/random.js';
import { startKeyward, temporaryDataDir, token, type RunningKeyward } from '../../support/standalone.js';
import { HttpClient } from '../load/http-client.js';
import { filesHolding, plunder, textsOf } from './stored-secrets.js';

const CANARY = 'sk-canary-0123456789-to-be-destroyed';
const AT_ONCE = { KEYWARD_KEY_RETENTION: '0' };
const SEED = Number(process.env['KEYWARD_FAULTS_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const ORG = '/v1/organizations/acme';
const keyOf = (project: number): string => `${ORG}/projects/p${project}/integrations/serpapi/key`;

describe('A destroyed key version', () => {
  const data = temporaryDataDir();
  let world: World;

  beforeAll(async () => {
    world = await World.open(data.path);
  }, 90_000);
  afterAll(async () => {
    await world.close();
    data.dispose();
  });

  it('is in no file of the log any more, and no copy of them opens to it with every key encryption key', async () => {
    const first = await world.set(0, CANARY);
    await world.set(0, 'the next one');
    const before = await plunder(data.path);
    expect(before.opened.get(first)).toBe(CANARY);
    const texts = textsOf(before.sealed.get(first)!);
    expect(filesHolding(data.path, texts)).not.toEqual([]);

    const shred = 'shred acme serpapi 1 --project p0 --reason leaked';
    expect(await world.cli.text(shred)).toBe('Destroyed version 1 of the key of acme/p0 for serpapi.\n');
    expect(await world.cli.text(shred)).toContain('Nothing changed');
    expect(filesHolding(data.path, texts)).toEqual([]);
    const after = await plunder(data.path);
    expect([...after.opened.values()]).toEqual(['the next one']);
    expect(after.events.filter(({ type }) => type === 'KeyDestroyed').map((event) => event.data)).toEqual([
      expect.objectContaining({ keyId: first, version: 1, cause: 'request', reason: 'leaked' }),
    ]);
    expect(await world.lookup(0)).toBe('the next one');
  });

  it('is refused to be destroyed while it is the present one, with what to do', async () => {
    const { code, stderr } = await world.cli.run('shred acme serpapi 2 --project p0');
    expect(code).toBe(6);
    expect(stderr).toContain('KEY_VERSION_IN_USE');
    expect(stderr).toContain('set another first');
    expect(await world.lookup(0)).toBe('the next one');
  });

  it('goes by itself once the retention is over', async () => {
    const removed = await world.set(1, `${CANARY}-1`);
    await world.write('DELETE', keyOf(1));
    const texts = textsOf((await plunder(data.path)).sealed.get(removed)!);
    await world.restart(AT_ONCE);
    await until(() => filesHolding(data.path, texts).length === 0);
    expect((await plunder(data.path)).opened.has(removed)).toBe(false);
    expect(await world.lookup(0)).toBe('the next one');
  });
});

describe(`Keyward killed while it destroys key versions (seed ${SEED})`, () => {
  const ROUNDS = 8;
  const SLOTS = 12;
  const REPLACEMENTS = 10;
  const data = temporaryDataDir();
  let world: World;

  beforeAll(async () => {
    world = await World.open(data.path);
  }, 90_000);
  afterAll(async () => {
    await world.close();
    data.dispose();
  });

  it('destroys each that was replaced, once, wherever it was cut off, and none that is in use', async () => {
    const random = new Random(SEED);
    const keyIds: string[][] = [];
    for (let slot = 0; slot < SLOTS; slot += 1) {
      const ofSlot: string[] = [];
      for (let n = 0; n < REPLACEMENTS; n += 1) ofSlot.push(await world.set(slot, `${CANARY}-${slot}-${n}`));
      keyIds.push(ofSlot);
    }
    const replaced = keyIds.flatMap((ofSlot) => ofSlot.slice(0, -1));
    const before = await plunder(data.path);
    const texts = replaced.map((keyId) => before.sealed.get(keyId)!.ciphertext);

    const left: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      await world.kill();
      left.push((await plunder(data.path)).sealed.size);
      await world.start(AT_ONCE);
      await sleep(random.between(0, 60));
    }
    await until(() => filesHolding(data.path, texts).length === 0);

    const after = await plunder(data.path);
    expect([...after.opened.values()].sort()).toEqual(
      keyIds.map((_, slot) => `${CANARY}-${slot}-${REPLACEMENTS - 1}`).sort(),
    );
    const facts = after.events
      .filter(({ type }) => type === 'KeyDestroyed')
      .map((event) => event.data['keyId']);
    expect(facts.sort()).toEqual([...replaced].sort());
    for (let slot = 0; slot < SLOTS; slot += 1)
      expect(await world.lookup(slot)).toBe(`${CANARY}-${slot}-${REPLACEMENTS - 1}`);
    process.stderr.write(
      `shredding under kill -9, seed ${SEED}: sealed keys left at each kill ${left.join(' ')}\n`,
    );
  }, 300_000);
});

/** A Keyward with an organization of some projects, whose keys are set and looked up from outside. */
class World {
  private keyward!: RunningKeyward;
  private http!: HttpClient;
  private tokens!: { readonly platform: string; readonly owner: string; readonly worker: string };
  cli!: CommandLine;

  private constructor(private readonly dataDir: string) {}

  static async open(dataDir: string): Promise<World> {
    const world = new World(dataDir);
    await world.start();
    world.tokens = {
      platform: token(dataDir, '--subject', 'root', '--platform-admin'),
      owner: token(dataDir, '--subject', 'olga', '--org', 'acme=owner'),
      worker: token(dataDir, '--subject', 'worker', '--worker', 'acme'),
    };
    const put = (path: string, body: object) =>
      world.http.must({ method: 'PUT', path, token: world.tokens.platform, body });
    await put('/v1/rollout', { percentage: 100, include: [], exclude: [] });
    await put(ORG, { name: 'Acme', plan: 'enterprise' });
    for (let project = 0; project < 12; project += 1)
      await put(`${ORG}/projects/p${project}`, { name: 'Project' });
    return world;
  }

  async start(env: Readonly<Record<string, string>> = {}): Promise<void> {
    this.keyward = await startKeyward(this.dataDir, env);
    this.http = new HttpClient(Number(new URL(this.keyward.httpUrl).port));
    this.cli = new CommandLine(this.keyward.env);
  }

  async restart(env: Readonly<Record<string, string>>): Promise<void> {
    await this.close();
    await this.start(env);
  }

  async kill(): Promise<void> {
    this.http.close();
    await this.keyward.kill9();
  }

  async close(): Promise<void> {
    this.http.close();
    await this.keyward.stop();
  }

  /** Answers the keyId. */
  async set(project: number, secret: string): Promise<string> {
    return (await this.write('PUT', keyOf(project), { secret }))['keyId'] as string;
  }

  write(method: string, path: string, body: object = {}): Promise<Record<string, unknown>> {
    return this.http.must({ method, path, token: this.tokens.owner, body });
  }

  async lookup(project: number): Promise<string | undefined> {
    const client = new keywardGrpc.keyward.v1.EffectiveKeys(
      this.keyward.grpcTarget,
      credentials.createInsecure(),
    );
    const metadata = new Metadata();
    metadata.set('authorization', `Bearer ${this.tokens.worker}`);
    const address = { organizationId: 'acme', projectId: `p${project}`, integrationId: 'serpapi' };
    const request = { address, consistency: { fullyConsistent: true } };
    try {
      const answer = await new Promise<LookupResponse__Output>((resolve, reject) => {
        client.lookup(request, metadata, (error, response) => (error ? reject(error) : resolve(response!)));
      });
      return answer.key?.secret.toString();
    } finally {
      client.close();
    }
  }
}

async function until(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + 60_000;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error('it did not happen in time');
    await sleep(50);
  }
}
