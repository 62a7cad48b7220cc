import { MemoryEventStore } from '@keyward/event-store';
import { SystemClock } from '@keyward/runtime';
import { keyMaterialStream } from '@keyward/sealing';
import { setTimeout as sleep } from 'node:timers/promises';
import { ApiFixture, type ApiFixtureOptions } from '../testing/api-fixture.js';
import { KEY_A, KEY_B } from '../testing/writes.js';

const ORG_KEY = '/v1/organizations/acme/integrations/serpapi/key';
const PROJECT_KEY = '/v1/organizations/acme/projects/website/integrations/serpapi/key';
const DAY = 86_400_000;

describe('The shredder', () => {
  const started: ApiFixture[] = [];
  afterEach(async () => {
    for (const api of started.splice(0)) await api.close();
  });

  const start = async (options: ApiFixtureOptions = {}): Promise<ApiFixture> => {
    const api = await ApiFixture.start(options);
    started.push(api);
    return api;
  };

  it('destroys what was replaced or removed once the retention is over, and not before', async () => {
    const clock = new ShiftedClock();
    const api = await (await start({ clock })).withAcme();
    const first = await setKey(api, ORG_KEY, KEY_A);
    const second = await setKey(api, ORG_KEY, KEY_B);
    const ofProject = await setKey(api, PROJECT_KEY, KEY_A);
    await api.must(`DELETE ${PROJECT_KEY}`);

    clock.offsetMs = 7 * DAY - 60_000;
    await nudge(api);
    await sleep(50);
    for (const keyId of [first, second, ofProject]) expect(await hasBytes(api, keyId)).toBe(true);

    clock.offsetMs = 7 * DAY;
    await nudge(api);
    await until(async () => !(await hasBytes(api, first)) && !(await hasBytes(api, ofProject)));
    expect(await hasBytes(api, second)).toBe(true);
    expect(await factsOf(api)).toEqual([
      expect.objectContaining({ keyId: first, version: 1, cause: 'retention', actor: 'keyward' }),
      expect.objectContaining({ keyId: ofProject, projectId: 'website', cause: 'retention' }),
    ]);
  });

  it('leaves a key alone that is switched off, for however long, and one that is set again', async () => {
    const api = await (await start({ settings: { KEYWARD_KEY_RETENTION: 0 } })).withAcme();
    const present = await setKey(api, ORG_KEY, KEY_A);
    await api.must(`POST ${ORG_KEY}/disable`);
    await api.must(`PUT ${ORG_KEY}`, { body: { secret: KEY_A } });
    const replaced = await setKey(api, PROJECT_KEY, KEY_A);
    await setKey(api, PROJECT_KEY, KEY_B);
    await until(async () => !(await hasBytes(api, replaced)));
    expect(await hasBytes(api, present)).toBe(true);
    await api.must(`POST ${ORG_KEY}/enable`);
    expect(await hasBytes(api, present)).toBe(true);
  });

  it('goes on where another was killed after the fact and before the deletion', async () => {
    const events = new StubbornLog();
    events.keepsStreams = true;
    const api = await (await start({ events, settings: { KEYWARD_KEY_RETENTION: 0 } })).withAcme();
    const keyId = await setKey(api, ORG_KEY, KEY_A);
    await setKey(api, ORG_KEY, KEY_B);
    await until(async () => (await factsOf(api)).length === 1);
    await stop(api, started);
    expect(await hasBytes(api, keyId)).toBe(true);

    events.keepsStreams = false;
    const next = await start({ events });
    await until(async () => !(await hasBytes(next, keyId)));
    expect(await factsOf(next)).toHaveLength(1);
  });

  it('is harmless in several copies: each version is destroyed once', async () => {
    const events = new MemoryEventStore();
    const settings = { KEYWARD_KEY_RETENTION: 0 };
    const copies = [await start({ events, settings }), await start({ events, settings })];
    const api = await copies[0]!.withAcme();
    const keyIds: string[] = [];
    for (let n = 0; n < 40; n += 1) keyIds.push(await setKey(api, ORG_KEY, `${KEY_A}${n}`));
    const present = keyIds.pop()!;
    await until(async () => (await factsOf(api)).length === keyIds.length);
    for (const keyId of keyIds) await until(async () => !(await hasBytes(api, keyId)));
    expect((await factsOf(api)).map(({ keyId }) => keyId).sort()).toEqual([...keyIds].sort());
    expect(await hasBytes(api, present)).toBe(true);
  });

  it('waits for a read model that still takes the version for the present one', async () => {
    const api = await (await start({ settings: { KEYWARD_KEY_RETENTION: 0 } })).withAcme();
    const keyId = await setKey(api, ORG_KEY, KEY_A);
    await api.stopProjecting();
    await setKey(api, ORG_KEY, KEY_B);
    await sleep(600);
    expect(await hasBytes(api, keyId)).toBe(true);
  });

  it('destroys sealed bytes that no event named within a day, and a late repeat of their write still succeeds', async () => {
    const clock = new ShiftedClock();
    const events = new WithoutAtomicAppends();
    const api = await (await start({ events, clock })).withAcme();
    events.cutsOff = true;
    const call = { body: { secret: KEY_A }, headers: { 'idempotency-key': 'once' } };
    expect((await api.call(`PUT ${ORG_KEY}`, call)).status).toBe(503);
    events.cutsOff = false;
    const [orphan] = await sealedKeys(api);

    clock.offsetMs = DAY - 60_000;
    await nudge(api);
    await sleep(50);
    expect(await hasBytes(api, orphan!)).toBe(true);

    clock.offsetMs = DAY;
    await nudge(api);
    await until(async () => !(await hasBytes(api, orphan!)));
    expect(await factsOf(api)).toEqual([]);

    const late = await api.must(`PUT ${ORG_KEY}`, call);
    expect(late.body.keyId).not.toBe(orphan);
    expect(await hasBytes(api, late.body.keyId)).toBe(true);
    expect((await api.must(`PUT ${ORG_KEY}`, call)).body).toEqual(late.body);
  });

  it('tells how many wait and how many are gone', async () => {
    const api = await (await start()).withAcme();
    await setKey(api, ORG_KEY, KEY_A);
    await setKey(api, ORG_KEY, KEY_B);
    await until(async () => (await metric(api, 'keyward_keys_awaiting_destruction')) === '1');
    await api.must(`DELETE ${ORG_KEY}/versions/1`);
    await until(async () => (await metric(api, 'keyward_keys_awaiting_destruction')) === '0');
    expect(await metric(api, 'keyward_keys_destroyed_total{cause="request"}')).toBe('1');
  });
});

/** A clock that can be set. */
class ShiftedClock extends SystemClock {
  offsetMs = 0;

  override now(): Date {
    return new Date(Date.now() + this.offsetMs);
  }
}

/** A log in which deletions do not get through, as if the process was killed before each. */
class StubbornLog extends MemoryEventStore {
  keepsStreams = false;

  override async deleteStream(stream: string): Promise<void> {
    if (this.keepsStreams) throw new Error('killed');
    await super.deleteStream(stream);
  }
}

/** A log that takes one stream at a time, and can be away for all but sealed bytes. */
class WithoutAtomicAppends extends MemoryEventStore {
  cutsOff = false;

  override async append(append: Parameters<MemoryEventStore['append']>[0]) {
    if (this.cutsOff && append.stream.startsWith('orgKey-'))
      throw Object.assign(new Error('the log is away'), { code: 'UNAVAILABLE' });
    const [result] = await super.appendAll([append]);
    return result!;
  }
}
// The ability is found by its method; the store goes on using its own.
Object.defineProperty(WithoutAtomicAppends.prototype, 'appendAll', { value: undefined });

async function setKey(api: ApiFixture, path: string, secret: string): Promise<string> {
  return (await api.must(`PUT ${path}`, { body: { secret } })).body.keyId as string;
}

/** A write that puts nothing out of use, and makes the shredder look at the clock. */
async function nudge(api: ApiFixture): Promise<void> {
  const key = '/v1/organizations/acme/integrations/exa/key';
  await api.must(`PUT ${key}`, { body: { secret: KEY_A } });
  const { body } = await api.must(`POST ${key}/disable`);
  if (!body.changed) await api.must(`POST ${key}/enable`);
}

async function hasBytes(api: ApiFixture, keyId: string): Promise<boolean> {
  for await (const _ of api.events.readStream(keyMaterialStream(keyId))) return true;
  return false;
}

async function sealedKeys(api: ApiFixture): Promise<string[]> {
  const keyIds: string[] = [];
  for await (const { data } of api.events.readAll({ filter: { streamPrefixes: [keyMaterialStream('')] } }))
    keyIds.push(data['keyId'] as string);
  return keyIds;
}

async function factsOf(api: ApiFixture): Promise<{ readonly keyId: string }[]> {
  const facts: { keyId: string }[] = [];
  for await (const { data } of api.events.readAll({ filter: { eventTypes: ['KeyDestroyed'] } }))
    facts.push(data as never);
  return facts;
}

async function metric(api: ApiFixture, name: string): Promise<string | undefined> {
  const { body } = await api.metrics.render();
  return body
    .split('\n')
    .find((line) => line.startsWith(`${name} `))
    ?.slice(name.length + 1);
}

async function stop(api: ApiFixture, started: ApiFixture[]): Promise<void> {
  started.splice(started.indexOf(api), 1);
  await api.close();
}

async function until(condition: () => Promise<boolean>, timeoutMs = 20_000): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error('it did not happen in time');
    await sleep(5);
  }
}
