import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  orgKeyStream,
  organizationStream,
  projectKeyStream,
  projectStream,
  ROLLOUT_STREAM,
} from '@keyward/domain';
import { SqliteEventStore, type EventStore, type JsonObject, type RecordedEvent } from '@keyward/event-store';
import fc from 'fast-check';
import { TrustedKeys } from '../head/trusted-keys.js';
import { AuditLog } from '../log/audit-log.js';
import { AUDITED_STREAM_PREFIXES, logOfStream } from '../log/audited-streams.js';
import { SIGNER, bytesOf, sampleEvent, timeOf } from '../testing/index.js';
import { verifyExport } from '../verify/verify-export.js';
import { exportLines } from './export-lines.js';

const CANARY = 'canary-7f3a';
const ORGANIZATIONS = ['acme', 'acme2', null] as const;

describe('Exports of an event log in a file', () => {
  let folder: string;
  let store: EventStore;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'keyward-audit-'));
    store = await open();
    let n = 0;
    for (const data of fc.sample(fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue()), 40)) {
      for (const stream of streams(n)) await append(stream, n++, data);
    }
  });

  afterEach(async () => {
    await store.close();
    await rm(folder, { recursive: true });
  });

  const open = (): Promise<EventStore> => SqliteEventStore.open({ file: join(folder, 'log.db') });

  /** Of two organizations with almost one name, of the platform, and a sealed key: in turn. */
  function streams(n: number): string[] {
    const org = n % 2 === 0 ? 'acme' : 'acme2';
    return [
      organizationStream(org),
      `keyMaterial-${CANARY}`,
      projectStream(org, `p${n}`),
      orgKeyStream(org, 'openai'),
      ROLLOUT_STREAM,
      projectKeyStream(org, `p${n}`, 'openai'),
      `commandAnswer-${CANARY}`,
    ];
  }

  async function append(stream: string, n: number, data: JsonObject): Promise<void> {
    const owner = logOfStream(stream)?.organizationId;
    const { id, type, metadata } = sampleEvent(n);
    const event = {
      id,
      type,
      metadata,
      data: { ...data, owner: owner === undefined ? CANARY : `of ${owner}.` },
    };
    await store.append({ stream, expectedRevision: 'any', events: [event] });
  }

  async function* eventsOf(organizationId: string | null): AsyncGenerator<RecordedEvent> {
    for await (const event of store.readAll({ filter: { streamPrefixes: AUDITED_STREAM_PREFIXES } })) {
      if (logOfStream(event.stream)?.organizationId === organizationId) yield event;
    }
  }

  async function exported(organizationId: string | null): Promise<string> {
    const from = AuditLog.begin({ storeId: store.storeId, organizationId }).state;
    const events = eventsOf(organizationId);
    const source = { from, previousHeadHash: null, events, heads: [], signer: SIGNER, now: () => timeOf(0) };
    let text = '';
    for await (const line of exportLines(source)) text += line;
    return text;
  }

  it.each(ORGANIZATIONS)('of %s hold its events, all of them, and no other', async (organizationId) => {
    const text = await exported(organizationId);
    const trusted = TrustedKeys.fromPem(SIGNER.publicKeyPem, 'the key of the tests');
    expect(await verifyExport(bytesOf(text), { trusted })).toMatchObject({
      ok: true,
      log: { organizationId },
    });
    const events = text.split('\n').filter((line) => line.startsWith('{"event"'));
    let count = 0;
    for await (const _ of eventsOf(organizationId)) count += 1;
    expect(events.length).toBe(count);
    expect(count).toBeGreaterThan(30);
    for (const line of events) expect(line).toContain(`"owner":"of ${organizationId}."`);
    expect(text).not.toContain(CANARY);
  });

  it('are the same bytes whenever they are made', async () => {
    const before = await Promise.all(ORGANIZATIONS.map(exported));
    await store.close();
    store = await open();
    expect(await Promise.all(ORGANIZATIONS.map(exported))).toEqual(before);
  });
});
