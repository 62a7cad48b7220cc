// @needs redis, kafka
import { headHash, type SignedHead } from '@keyward/audit';
import {
  KeywardUnavailableError,
  createKeywardClient,
  type KeywardClient,
  type WatchEvent,
} from '@keyward/client';
import { startApp, type BuiltProgram } from '../support/built-program.js';
import { startApart, startAppAlone, type RunningApp } from '../support/distributed.js';
import { DistributedParts } from '../support/distributed-parts.js';
import { freePort } from '../support/free-port.js';
import { token } from '../support/standalone.js';

const COPIES = ['api', 'projector', 'relay', 'lookup', 'broadcaster'].flatMap((app) => [app, app]);
const LIMIT_MS = 240_000;
const SLOT = '/organizations/acme/integrations/openai/key';
const ADDRESS = { projectId: 'website', integrationId: 'openai' };

const parts = new DistributedParts();
let apps: RunningApp[];
/** Started by the test that runs. One that times out goes on waiting and never comes to stop them. */
const alone: BuiltProgram[] = [];
let workers: KeywardClient[];
let admin: string;
let sets = 0;

async function startAlone(app: string, env: Readonly<Record<string, string>>): Promise<RunningApp> {
  const running = await startAppAlone(app, env);
  alone.push(running.program);
  return running;
}

const copiesOf = (name: string): RunningApp[] => apps.filter(({ app }) => app === name);

async function put(api: RunningApp, path: string, body: object, bearer: string): Promise<string> {
  const answer = await fetch(`${api.operationsUrl}/v1${path}`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  expect(answer.ok).toBe(true);
  return ((await answer.json()) as { position: string }).position;
}

/** Sets the next key through the one api; resolves to its version and position. */
async function setKey(api: RunningApp): Promise<{ version: number; position: string }> {
  sets += 1;
  return {
    version: sets,
    position: await put(api, SLOT, { secret: `sk-org-0123456789-0123456789-${sets}` }, admin),
  };
}

/** As both copies of lookup answer it, at least as fresh as the position; asked again while it is not there yet. */
async function versionsAt(position: string): Promise<(number | undefined)[]> {
  const ask = async (worker: KeywardClient): Promise<number | undefined> => {
    for (;;) {
      try {
        const answer = await worker.lookup(ADDRESS, {
          consistency: { kind: 'at_least_as_fresh', position },
        });
        return answer.outcome === 'found' ? answer.key.version : undefined;
      } catch (error) {
        // While another projector takes over there is no answer, or none in time.
        if (!(error instanceof KeywardUnavailableError)) throw error;
      }
    }
  };
  return Promise.all(workers.map(ask));
}

/** Resolves to the version that the next change told to this worker sets; the watch is open when `opened` resolves. */
function nextChange(worker: KeywardClient): { opened: Promise<void>; version: Promise<number> } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  const version = (async (): Promise<number> => {
    for await (const event of worker.watch() as AsyncIterable<WatchEvent>) {
      if (event.kind === 'heartbeat') open();
      if (event.kind === 'change') return event.version;
    }
    throw new Error('the watch ended');
  })();
  return { opened, version };
}

const readiness = async ({ operationsUrl }: RunningApp) => {
  const answer = await fetch(`${operationsUrl}/health/ready`);
  const text = await answer.text();
  const report = JSON.parse(text) as { parts: { part: string; ok: boolean }[] };
  return {
    status: answer.status,
    text,
    missing: report.parts.filter(({ ok }) => !ok).map(({ part }) => part),
  };
};

async function untilMissing(app: RunningApp, part: string): Promise<void> {
  while (!(await readiness(app)).missing.includes(part)) await new Promise((next) => setTimeout(next, 50));
}

describe('Two copies of each app', () => {
  beforeAll(async () => {
    await parts.start();
    apps = await startApart(COPIES, parts.env);
    admin = token(parts.dataDir, '--subject', 'alice', '--org', 'acme=admin');
    workers = copiesOf('lookup').map(({ grpcTarget }, index) =>
      createKeywardClient({
        target: grpcTarget!,
        watchTarget: copiesOf('broadcaster')[index]!.grpcTarget!,
        tls: 'insecure',
        organizationId: 'acme',
        token: token(parts.dataDir, '--subject', 'worker', '--worker', 'acme'),
      }),
    );
    const root = token(parts.dataDir, '--subject', 'root', '--platform-admin');
    const api = copiesOf('api')[0]!;
    await put(api, '/organizations/acme', { name: 'Acme', plan: 'enterprise' }, root);
    await put(api, '/rollout', { percentage: 0, include: ['acme'], exclude: [] }, root);
    await put(api, '/organizations/acme/projects/website', { name: 'Website' }, root);
  }, LIMIT_MS);

  afterEach(async () => {
    for (const program of alone.splice(0)) {
      program.signal('SIGKILL');
      await program.exit;
    }
  });

  afterAll(async () => {
    for (const worker of workers ?? []) worker.close();
    await Promise.all((apps ?? []).map((app) => app.kill9()));
    await parts.stop();
  }, LIMIT_MS);

  it('give their metrics, each under its own address', async () => {
    for (const { app, operationsUrl } of apps) {
      const metrics = await (await fetch(`${operationsUrl}/metrics`)).text();
      expect([app, metrics]).toEqual([app, expect.stringContaining('process_cpu_seconds_total')]);
    }
  });

  it('sign one chain of audit heads, at whichever api they are asked for at once', async () => {
    const [one, other] = copiesOf('api');
    const read = async <T>(api: RunningApp, path: string): Promise<T> => {
      const answer = await fetch(`${api.operationsUrl}/v1/organizations/acme/audit/${path}`, {
        headers: { authorization: `Bearer ${admin}` },
      });
      if (!answer.ok) throw new Error(await answer.text());
      return (await answer.json()) as T;
    };
    const given: SignedHead[] = [];
    for (let round = 0; round < 3; round += 1) {
      await setKey(one!);
      const asked = [one!, other!, one!, other!].map((api) => read<SignedHead>(api, 'head'));
      given.push(...(await Promise.all(asked)));
    }
    const { items } = await read<{ readonly items: readonly SignedHead[] }>(other!, 'heads');
    items.forEach(({ head }, n) =>
      expect(head.previousHeadHash).toBe(n === 0 ? null : headHash(items[n - 1]!.head)),
    );
    for (const head of given) expect(items).toContainEqual(head);
    expect(new Set(items.map(({ head }) => head.size)).size).toBe(items.length);
  });

  it('take writes at either api, and answer alike at either lookup and to either watch', async () => {
    for (const api of copiesOf('api')) {
      const watches = workers.map(nextChange);
      await Promise.all(watches.map(({ opened }) => opened));
      const { version, position } = await setKey(api);
      expect(await versionsAt(position)).toEqual([version, version]);
      expect(await Promise.all(watches.map((watch) => watch.version))).toEqual([version, version]);
    }
  });

  it.each(['projector', 'relay'])(
    'go on without loss when one %s after the other is killed and comes again',
    async (name) => {
      for (const victim of copiesOf(name)) {
        await victim.kill9();
        const watches = workers.map(nextChange);
        await Promise.all(watches.map(({ opened }) => opened));
        const { version, position } = await setKey(copiesOf('api')[0]!);
        expect(await versionsAt(position)).toEqual([version, version]);
        expect(await Promise.all(watches.map((watch) => watch.version))).toEqual([version, version]);
        apps[apps.indexOf(victim)] = (await startApart([name], parts.env))[0]!;
      }
    },
    LIMIT_MS,
  );

  it(
    'name the part that is missing while it is, and are ready by themselves afterwards',
    async () => {
      const waiting = [...copiesOf('projector'), ...copiesOf('relay'), ...copiesOf('api')];
      parts.eventStore.freeze();
      try {
        await Promise.all(copiesOf('relay').map((relay) => untilMissing(relay, 'event-log')));
        await Promise.all(copiesOf('api').map((api) => untilMissing(api, 'api-event-log')));
      } finally {
        parts.eventStore.thaw();
      }
      while ((await Promise.all(waiting.map(readiness))).some(({ status }) => status !== 200))
        await new Promise((next) => setTimeout(next, 50));
    },
    LIMIT_MS,
  );

  it(
    'end in order when they are told to',
    async () => {
      const codes = await Promise.all(apps.map((app) => app.stop()));
      expect(codes).toEqual(COPIES.map(() => 0));
    },
    LIMIT_MS,
  );

  it(
    'start without Kafka, and say that the relay cannot go on',
    async () => {
      const KEYWARD_CHANGE_LOG = `kafka://127.0.0.1:${await freePort()}`;
      const relay = await startAlone('relay', { ...parts.env, KEYWARD_CHANGE_LOG });
      while (!(await readiness(relay)).text.includes('cannot bring changes into the change log'))
        await new Promise((next) => setTimeout(next, 50));
      expect(await relay.stop()).toBe(0);
    },
    LIMIT_MS,
  );

  it(
    'do not make a key encryption key, and say what to do for the first one',
    async () => {
      const { KEYWARD_KEK: _, ...env } = parts.env;
      const KEYWARD_KEK_FILE = `${parts.dataDir}/none.json`;
      const lookup = startApp('lookup', { ...env, KEYWARD_KEK_FILE });
      alone.push(lookup);
      expect(await lookup.exit).toBe(1);
      expect(lookup.stderr()).toMatch(/^Keyward lookup could not start\. .*key encryption key.*none\.json/);
    },
    LIMIT_MS,
  );

  it(
    'start without Redis, and say that it is missing',
    async () => {
      const KEYWARD_READ_MODEL = `redis://127.0.0.1:${await freePort()}`;
      const projector = await startAlone('projector', { ...parts.env, KEYWARD_READ_MODEL });
      await untilMissing(projector, 'read-model');
      expect((await fetch(`${projector.operationsUrl}/health/live`)).status).toBe(200);
      expect(await projector.stop()).toBe(0);
    },
    LIMIT_MS,
  );
});
