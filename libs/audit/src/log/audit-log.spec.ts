import {
  destroyedKeysStream,
  orgKeyStream,
  organizationStream,
  projectKeyStream,
  projectStream,
  ROLLOUT_STREAM,
} from '@keyward/domain';
import { MemoryEventStore, type RecordedEvent } from '@keyward/event-store';
import fc from 'fast-check';
import { leafHash } from '../merkle/tree-hash.js';
import { ORGANIZATION, STORE_ID, sampleEvent, sampleEvents } from '../testing/index.js';
import { AuditLog } from './audit-log.js';
import { AUDITED_STREAM_PREFIXES, logOfStream } from './audited-streams.js';

const id = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/);
const begin = (): AuditLog => AuditLog.begin({ storeId: STORE_ID, organizationId: ORGANIZATION });

describe('The log of an organization', () => {
  it('holds the events of its own streams, whatever the ids', () => {
    fc.assert(
      fc.property(id, id, id, (org, project, integration) => {
        const streams = [
          organizationStream(org),
          projectStream(org, project),
          orgKeyStream(org, integration),
          projectKeyStream(org, project, integration),
          destroyedKeysStream({ organizationId: org, projectId: null, integrationId: integration }),
          destroyedKeysStream({ organizationId: org, projectId: project, integrationId: integration }),
        ];
        for (const stream of streams) {
          expect(logOfStream(stream)).toEqual({ organizationId: org });
          expect(AUDITED_STREAM_PREFIXES.some((prefix) => stream.startsWith(prefix))).toBe(true);
        }
      }),
    );
  });

  it('does not hold the rollout, which names other organizations and has the log of the platform', () => {
    expect(logOfStream(ROLLOUT_STREAM)).toEqual({ organizationId: null });
    expect(AUDITED_STREAM_PREFIXES).toContain(ROLLOUT_STREAM);
  });

  it.each([
    'keyMaterial-0f8fad5b-d9cb-469f-a165-70867728950e',
    'fingerprintKey-acme',
    'commandAnswer-1',
    'relayCheckpoint-topic',
    'keyward-store',
    'rollout-keys-2',
    'organization-',
    'organizations-acme',
    'my-organization-acme',
  ])('does not hold %s', (stream) => {
    expect(logOfStream(stream)).toBeUndefined();
    expect(() => begin().append({ ...sampleEvent(0), stream })).toThrow('not in the audit log of acme');
  });

  it('takes no event of another organization, even one whose id begins alike', () => {
    for (const stream of [organizationStream('acme2'), orgKeyStream('acme.eu', 'openai'), ROLLOUT_STREAM]) {
      expect(() => begin().append({ ...sampleEvent(0), stream })).toThrow('not in the audit log of acme');
    }
  });

  it('takes no event twice, and none that is not after the last', () => {
    const log = begin();
    log.append(sampleEvent(4));
    const { state } = log;
    expect(() => log.append(sampleEvent(4))).toThrow('not after the last');
    expect(() => log.append(sampleEvent(3))).toThrow('not after the last');
    expect(log.state).toEqual(state);
  });

  it('makes each event a line that is hashed and links to the one before', () => {
    const log = begin();
    const first = log.append(sampleEvent(0));
    const second = log.append(sampleEvent(1));
    expect([first.index, second.index]).toEqual([0, 1]);
    expect(first.leafHash).toEqual(leafHash(first.line));
    const { event } = JSON.parse(second.line) as { event: { previousHash: string; index: number } };
    expect(event).toMatchObject({ index: 1, previousHash: first.leafHash.toString('hex') });
    expect(Object.keys(event)).toEqual(Object.keys(event).toSorted());
  });

  it('goes on from its state, which is JSON, as if it had never stopped', () => {
    fc.assert(
      fc.property(fc.nat(40), fc.nat(40), (before, after) => {
        const [whole, part] = [begin(), begin()];
        const events = sampleEvents(before + after);
        for (const event of events) whole.append(event);
        for (const event of events.slice(0, before)) part.append(event);
        const resumed = AuditLog.resume(JSON.parse(JSON.stringify(part.state)) as typeof part.state);
        for (const event of events.slice(before)) resumed.append(event);
        expect(resumed.state).toEqual(whole.state);
        expect(resumed.rootHash).toEqual(whole.rootHash);
      }),
    );
  });

  it('depends on every part of every event', () => {
    const rootWith = (change: Partial<RecordedEvent>): string => {
      const log = begin();
      log.append({ ...sampleEvent(0), ...change });
      return log.rootHash.toString('hex');
    };
    const changes: Partial<RecordedEvent>[] = [
      {},
      { id: '0f8fad5b-d9cb-469f-a165-ffffffffffff' },
      { type: 'OrgKeySet' },
      { stream: orgKeyStream(ORGANIZATION, 'slack') },
      { revision: 7n },
      { position: { commit: 1n, prepare: 0n } },
      { recordedAt: new Date(0) },
      { data: {} },
      { data: { ...sampleEvent(0).data, reason: 'because' } },
      { metadata: {} },
    ];
    expect(new Set(changes.map(rootWith)).size).toBe(changes.length);
  });

  it('is the same from what was written and from what the event log gives back', async () => {
    const store = new MemoryEventStore();
    const texts = fc.string({ unit: 'grapheme' });
    const written = fc.sample(
      fc.record({ name: texts, n: fc.double({ noNaN: true, noDefaultInfinity: true }) }),
      20,
    );
    for (const [n, data] of written.entries()) {
      const { id: eventId, type, metadata } = sampleEvent(n);
      const stream = organizationStream(ORGANIZATION);
      const event = { id: eventId, type, metadata, data: { ...data, absent: undefined, none: null } };
      await store.append({ stream, expectedRevision: 'any', events: [event] });
    }
    const [given, again] = [begin(), begin()];
    let n = 0;
    for await (const event of store.readAll()) {
      given.append({ ...event, data: { ...written[n++]!, absent: undefined, none: null } });
      again.append(event);
    }
    expect(n).toBe(20);
    expect(again.state).toEqual(given.state);
    await store.close();
  });
});
