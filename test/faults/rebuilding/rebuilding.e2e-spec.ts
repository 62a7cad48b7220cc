// @needs redis
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { CommandLine, errorIn } from '../../support/command.js';
import { startAppAlone, startApart, type RunningApp } from '../../support/distributed.js';
import { DistributedParts } from '../../support/distributed-parts.js';
import { adoptLog } from '../../support/eventstoredb/index.js';
import { Random } from '../../support/random.js';
import { SEED, roundsOf } from '../length.js';
import { HttpClient } from '../load/http-client.js';
import { KeyWorld, LookupClient, keyOf, until } from '../shredding/key-world.js';
import { token } from '../../support/standalone.js';

const KEYS = 250;
const SETS = 24;
const KILLS = roundsOf({ usual: 3, full: 20 });
const BEGIN_MS = 600_000;
const secretOf = (n: number): string => `sk-canary-0123456789-${n}-`;

interface Job {
  readonly state: string;
  readonly events: number;
  readonly generation: string | null;
  readonly requestedBy: string;
}

describe(`A read model in Redis that is built anew (seed ${SEED})`, () => {
  const parts = new DistributedParts();
  const random = new Random(SEED);
  let redis: Redis;
  let prefix: string;
  let apps: RunningApp[];
  let projector: RunningApp;
  let cli: CommandLine;
  let http: HttpClient;
  let owner: string;
  let env: Readonly<Record<string, string>>;

  beforeAll(async () => {
    const { dataDir, kek, logFile } = parts;
    const world = await KeyWorld.open(dataDir, {
      projects: KEYS,
      env: { KEYWARD_EVENT_STORE: `sqlite:${logFile}`, KEYWARD_KEK: kek },
    });
    const sets = Array.from({ length: KEYS * SETS }, (_, n) => n);
    const set = (n: number) =>
      world.set(n % KEYS, `${secretOf(n % KEYS)}${n < KEYS * (SETS - 1) ? Math.floor(n / KEYS) : ''}`);
    while (sets.length > 0) await Promise.all(sets.splice(0, 64).map(set));
    await world.close();
    adoptLog(logFile);
    await parts.start();
    // Each kill costs a term of the projectors' lease, in which nothing vouches for what is served.
    env = {
      ...parts.env,
      KEYWARD_STALENESS_BOUND: '10m',
      KEYWARD_LOOKUP_RATE_LIMIT: '0',
      KEYWARD_LOOKUP_ORGANIZATION_RATE_LIMIT: '0',
    };
    projector = await startAppAlone('projector', env);
    apps = await startApart(['api', 'lookup'], env);
    const url = new URL(env['KEYWARD_READ_MODEL']!);
    prefix = url.searchParams.get('prefix')!;
    redis = new Redis(`redis://${url.host}`);
    const api = apps[0]!.operationsUrl;
    cli = new CommandLine({ KEYWARD_URL: api, KEYWARD_DATA_DIR: dataDir });
    http = new HttpClient(Number(new URL(api).port));
    owner = token(dataDir, '--subject', 'olga', '--org', 'acme=owner');
  }, BEGIN_MS);

  afterAll(async () => {
    http?.close();
    redis?.disconnect();
    await Promise.all([projector, ...(apps ?? [])].map((app) => app?.kill9()));
    await parts.stop();
  });

  const job = async (): Promise<Job> => JSON.parse((await redis.hget(`${prefix}:{meta}:job`, 'job'))!) as Job;
  const live = (): Promise<string | null> => redis.hget(`${prefix}:{meta}`, 'live');
  const startAgain = async (): Promise<void> => {
    await projector.kill9();
    projector = await startAppAlone('projector', env);
  };

  /** Keys that nobody sets meanwhile, until it is stopped. */
  async function lookUpAll(signal: AbortSignal): Promise<{ lookups: number; failures: string[] }> {
    const worker = token(parts.dataDir, '--subject', 'worker', '--worker', 'acme');
    const client = new LookupClient(apps[1]!.grpcTarget!, worker);
    const failures: string[] = [];
    let lookups = 0;
    const one = async (): Promise<void> => {
      while (!signal.aborted) {
        const n = random.between(1, KEYS);
        const secret = await client.ask(n).catch((error: unknown) => String(error));
        lookups += 1;
        if (secret !== secretOf(n)) failures.push(`${n}: ${secret}`);
      }
    };
    await Promise.all([one(), one()]);
    client.close();
    return { lookups, failures };
  }

  /** The key of project 0 changes all the time. */
  async function setOne(signal: AbortSignal): Promise<number> {
    let sets = 0;
    while (!signal.aborted) {
      const body = { secret: `${secretOf(0)}again-${sets}` };
      await http.must({ method: 'PUT', path: keyOf(0), token: owner, body });
      sets += 1;
      await sleep(5);
    }
    return sets;
  }

  it(
    'is built from where each killed projector left it, while the old one serves and keys are set',
    async () => {
      const before = await live();
      const stop = new AbortController();
      const load = Promise.all([lookUpAll(stop.signal), setOne(stop.signal)]);
      const rebuild = cli.start('rebuild --check whole --json');
      const atKills: Job[] = [];
      try {
        await until(() => redis.exists(`${prefix}:{meta}:job`).then(Boolean));
        for (let kill = 0; kill < KILLS; kill += 1) {
          const from = (await job()).events;
          // Somewhere in its work, and not before it goes on.
          await until(async () => (await job()).events > from || (await job()).state !== 'running');
          await sleep(random.between(0, 500));
          await startAgain();
          atKills.push(await job());
        }
        expect(await rebuild.ended()).toMatchObject({ code: 0 });
      } finally {
        stop.abort();
      }
      const [{ lookups, failures }, sets] = await load;
      expect(failures).toEqual([]);
      expect(lookups).toBeGreaterThan(100);
      expect(sets).toBeGreaterThan(10);
      expect(await job()).toMatchObject({ state: 'done' });
      const { generation } = await job();
      expect(generation).not.toBe(before);
      expect(await live()).toBe(generation);
      // One and the same building, further at each kill.
      expect(new Set(atKills.map((each) => each.generation))).toEqual(new Set([generation]));
      const events = atKills.map((each) => each.events);
      expect(events).toEqual(events.toSorted((a, b) => a - b));
      expect(atKills[0]!.events).toBeGreaterThan(0);
      const lines = rebuild.lines().map((line) => JSON.parse(line) as object);
      expect(lines.at(-1)).toMatchObject({ job: { state: 'done', differenceCount: 0 } });
      expect(lines[0]).toMatchObject({ progress: { kind: 'rebuild', share: expect.any(Number) as number } });
      await expectSame();
      process.stderr.write(
        `rebuild, seed ${SEED}: events at each kill ${events.join(' ')}; ${lookups} lookups\n`,
      );
    },
    BEGIN_MS,
  );

  /** What is served is what the log says. */
  async function expectSame(): Promise<void> {
    const { code, stdout } = await cli.run('check');
    expect({ code, stdout }).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('is what the event log says') as string,
    });
  }

  it(
    'is named where somebody has altered it, and mended',
    async () => {
      const slots = `${prefix}:${await live()}:{acme}:serpapi`;
      const text = (await redis.hget(slots, 'p7'))!;
      await redis.hset(slots, 'p7', text.replace(/"fp1_[^"]+"/, '"fp1_altered"'));
      await redis.hset(slots, 'nobody', text);
      await redis.hdel(slots, 'p8');
      const check = await cli.run('check --json');
      expect(check.code).toBe(11);
      expect(errorIn(check)).toMatchObject({
        code: 'READ_MODEL_DIFFERS',
        remedy: 'Build it anew: keyward rebuild',
      });
      const last = JSON.parse(check.stdout.trim().split('\n').at(-1)!) as {
        job: { differences: { projectId: string; kind: string }[] };
      };
      const named = last.job.differences.map(({ projectId, kind }) => `${projectId} ${kind}`).sort();
      // The one too many and the one too few leave the number of overriding projects right.
      expect(named).toEqual(['nobody extra', 'p7 altered', 'p8 missing']);
      expect((await cli.run('check')).stdout).toMatch(
        /acme +p7 +serpapi +altered +fingerprint +set, version 24/,
      );
      expect(await cli.text('rebuild --check whole')).toContain('was built anew');
      await expectSame();
    },
    BEGIN_MS,
  );

  it(
    'waits for a projector, goes on when the command is interrupted, and is stopped when that is asked for',
    async () => {
      await projector.kill9();
      const before = await live();
      const rebuild = cli.start('rebuild --check none');
      await until(async () => (await job()).state === 'running');
      rebuild.child.kill('SIGINT');
      expect(await rebuild.ended()).toMatchObject({ code: 130 });
      expect((await job()).state).toBe('running');
      expect(await cli.run('check')).toMatchObject({ code: 6 });
      expect(await cli.text('rebuild --stop')).toContain('The rebuild is stopped');
      projector = await startAppAlone('projector', env);
      await until(async () => (await cli.text('status').catch(() => '')) !== '');
      expect(await live()).toBe(before);
      expect(await cli.text('rebuild --status')).toContain('The rebuild is stopped');
      expect(await cli.text('rebuild --check 50')).toContain('50 records were compared, taken at random.');
      expect(await live()).not.toBe(before);
    },
    BEGIN_MS,
  );

  it('leaves no key in what the commands and the job say', async () => {
    expect(cli.printed()).not.toContain('sk-canary');
    expect(JSON.stringify(await job())).not.toContain('sk-canary');
  });

  it(
    'leaves nothing of what was replaced',
    async () => {
      const left = async (): Promise<number> => {
        const found = await redis.keys(`${prefix}:*`);
        const generation = await live();
        return found.filter((key) => !key.includes('{meta}') && !key.startsWith(`${prefix}:${generation}:`))
          .length;
      };
      await until(async () => (await left()) === 0);
    },
    BEGIN_MS,
  );
});
