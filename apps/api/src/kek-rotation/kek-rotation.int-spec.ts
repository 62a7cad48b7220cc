import { MemoryEventStore, type RecordedEvent } from '@keyward/event-store';
import { InProcessKeks, Unsealer, keyMaterialStream, openKeyring, type KeySealed } from '@keyward/sealing';
import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { ApiFixture } from '../testing/api-fixture.js';
import { KEY_A, KEY_B } from '../testing/writes.js';

const KEKS = { old: randomBytes(32), new: randomBytes(32) };
const keks = (...ids: ('old' | 'new')[]): InProcessKeks =>
  new InProcessKeks(
    ids.map((id) => ({ id, bytes: Buffer.from(KEKS[id]) })),
    ids[0]!,
    'the test',
  );
const STATUS = 'GET /v1/key-encryption-keys';
const ROTATE = 'POST /v1/key-encryption-keys/rotation';
const slot = (project: number): string =>
  `/v1/organizations/acme/projects/website/integrations/${['serpapi', 'exa', 'firecrawl', 'apify'][project]}/key`;

describe('Rotating the key encryption key', () => {
  let events: MemoryEventStore;
  const started: ApiFixture[] = [];
  /** By keyId, the secret. */
  let inUse: Map<string, string>;
  let outOfUse: string;

  const start = async (...ids: ('old' | 'new')[]): Promise<ApiFixture> => {
    await openKeyring(events, keks(...ids));
    const api = await ApiFixture.start({ events, keks: keks(...ids) });
    started.push(api);
    return api;
  };
  const stopAll = async (): Promise<void> => {
    for (const api of started.splice(0)) await api.close();
  };
  beforeEach(async () => {
    events = new MemoryEventStore();
    inUse = new Map();
    const api = await (await start('old')).withAcme();
    const set = async (path: string, secret: string): Promise<string> =>
      (await api.must(`PUT ${path}`, { body: { secret } })).body.keyId as string;
    outOfUse = await set(slot(0), KEY_A);
    for (let n = 0; n < 4; n += 1) inUse.set(await set(slot(n), KEY_B), KEY_B);
    const ofOrganization = '/v1/organizations/acme/integrations/serpapi/key';
    inUse.set(await set(ofOrganization, KEY_A), KEY_A);
    await api.must(`POST ${ofOrganization}/disable`);
  });
  afterEach(stopAll);

  /** As by a process that has the new key alone. */
  const expectRotated = async (): Promise<void> => {
    const unsealer = new Unsealer(keks('new'));
    for (const [keyId, secret] of inUse) {
      const all = await eventsOf(events, keyMaterialStream(keyId));
      expect(all).toHaveLength(1);
      const { sealed, ...binding } = all[0]!.data as KeySealed['data'];
      expect((await unsealer.unseal(sealed, binding)).reveal().toString()).toBe(secret);
    }
    await openKeyring(events, keks('new'));
  };
  const rotated = (api: ApiFixture): Promise<void> =>
    until(async () => (await api.must(STATUS, { as: api.admin })).body.others.length === 0);

  it('is not begun by a new key alone: until it is asked for, both are needed', async () => {
    await stopAll();
    const api = await start('new', 'old');
    await until(async () => (await api.must(STATUS, { as: api.admin })).body.remaining !== null);
    expect((await api.must(STATUS, { as: api.admin })).body).toEqual({
      current: 'new',
      others: ['old'],
      retired: [],
      rotation: 'none',
      // Those in use, the one that is not, and the fingerprint key of the organization.
      remaining: inUse.size + 2,
      unreadable: 0,
    });
    await expect(openKeyring(events, keks('new'))).rejects.toThrow(/"old" is missing/);
  });

  it('wraps all that is in use by the new key, and leaves nothing of the old wrappings', async () => {
    await stopAll();
    const api = await start('new', 'old');
    const asked = await api.must(ROTATE, { as: api.admin });
    expect(asked.body).toMatchObject({ current: 'new', rotation: 'running', changed: true });
    await rotated(api);
    await expectRotated();
    expect((await api.must(STATUS, { as: api.admin })).body).toMatchObject({
      retired: ['old'],
      remaining: 0,
    });
    const left = await eventsOf(events, keyMaterialStream(outOfUse));
    expect((left[0]!.data as KeySealed['data']).sealed.kekId).toBe('old');
  });

  it('reaches the read model, and the same value is still recognised', async () => {
    await stopAll();
    const api = await start('new', 'old');
    await api.must(ROTATE, { as: api.admin });
    await rotated(api);
    await stopAll();
    const next = await start('new');
    next.acme = 'acme-1';
    next.owner = next.token('olivia', { organizations: { acme: 'owner' } });
    expect((await next.must(`PUT ${slot(1)}`, { body: { secret: KEY_B } })).body.changed).toBe(false);
    const record = await next.readModel.lookup([
      { organizationId: 'acme-1', projectId: 'website', integrationId: 'exa' },
    ]);
    expect(record.entries[0]!.projectSlot!.sealed!.kekId).toBe('new');
  });

  it('changes nothing when it is asked for again, or when there is nothing to do', async () => {
    expect((await started[0]!.must(ROTATE, { as: started[0]!.admin })).body).toMatchObject({
      changed: false,
    });
    await stopAll();
    const api = await start('new', 'old');
    await api.must(ROTATE, { as: api.admin });
    await rotated(api);
    const { length } = await eventsOf(events, 'keyring');
    expect((await api.must(ROTATE, { as: api.admin })).body).toMatchObject({ changed: false, others: [] });
    expect(await eventsOf(events, 'keyring')).toHaveLength(length);
  });

  it('goes on by itself after a restart, and in several copies at once', async () => {
    await stopAll();
    const data = { kekId: 'new', actor: 'root', reason: null, occurredAt: '2026-03-01T12:00:00.000Z' };
    const asked = { id: randomUUID(), type: 'KekRotationRequested', data, metadata: { schemaVersion: 1 } };
    await events.append({ stream: 'keyring', expectedRevision: 'any', events: [asked] });
    const copies = [await start('new', 'old'), await start('new', 'old')];
    await rotated(copies[0]!);
    await rotated(copies[1]!);
    await expectRotated();
  });

  it('takes in what a copy with the old key as its current one goes on to seal', async () => {
    const stale = started[0]!;
    const api = await start('new', 'old');
    await api.must(ROTATE, { as: api.admin });
    const path = '/v1/organizations/acme/integrations/brave-search/key';
    for (let n = 0; n < 2; n += 1) {
      // The second is sealed under a key that is retired.
      const { keyId } = (await stale.must(`PUT ${path}`, { body: { secret: `${KEY_A}${n}` } })).body;
      await until(async () => (await kekOf(events, keyId)) === 'new');
      await rotated(api);
    }
    await expectRotated();
  });

  it('keeps the old key for a sealed key that does not unwrap, and wraps the others', async () => {
    await stopAll();
    const [keyId] = [...inUse.keys()];
    await tamper(events, keyId!);
    const api = await start('new', 'old');
    await api.must(ROTATE, { as: api.admin });
    await until(async () => {
      const { body } = await api.must(STATUS, { as: api.admin });
      return body.remaining === 1 && body.unreadable === 1;
    });
    expect((await api.must(STATUS, { as: api.admin })).body).toMatchObject({ others: ['old'], retired: [] });
    await expect(openKeyring(events, keks('new'))).rejects.toThrow(/"old" is missing/);
  });
});

async function kekOf(events: MemoryEventStore, keyId: string): Promise<string> {
  const last = (await eventsOf(events, keyMaterialStream(keyId))).at(-1)!;
  return (last.data as KeySealed['data']).sealed.kekId;
}

async function eventsOf(events: MemoryEventStore, stream: string): Promise<RecordedEvent[]> {
  const all: RecordedEvent[] = [];
  for await (const event of events.readStream(stream)) all.push(event);
  return all;
}

/** The newest sealed bytes of a key, with a wrapping that nothing unwraps. */
async function tamper(events: MemoryEventStore, keyId: string): Promise<void> {
  const stream = keyMaterialStream(keyId);
  const [recorded] = await eventsOf(events, stream);
  const { sealed, ...binding } = recorded!.data as KeySealed['data'];
  const wrapped = Buffer.from(sealed.wrappedDataKey, 'base64url');
  wrapped[40]! ^= 1;
  const data = { ...binding, sealed: { ...sealed, wrappedDataKey: wrapped.toString('base64url') } };
  const event = { id: randomUUID(), type: 'KeySealed', data, metadata: { schemaVersion: 1 } };
  await events.append({ stream, expectedRevision: 0n, events: [event] });
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 20_000;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error('it did not happen in time');
    await sleep(5);
  }
}
