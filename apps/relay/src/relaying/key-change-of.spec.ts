import { UnreadableEventError } from '@keyward/domain';
import type { JsonObject, RecordedEvent } from '@keyward/event-store';
import { keyChangeOf } from './key-change-of.js';
import { ORG_SLOT, PROJECT_SLOT, slotEventData } from '../testing/slot-events.js';

const position = { commit: 7n, prepare: 7n };

function recorded(wanted: Partial<RecordedEvent> = {}): RecordedEvent {
  return {
    id: '3f0c7f34-5f0b-4b7a-9a51-0c8f6d2f9e11',
    type: 'OrgKeySet',
    stream: 'orgKey-acme~openai',
    revision: 3n,
    position,
    recordedAt: new Date(0),
    metadata: { schemaVersion: 1 },
    data: slotEventData(ORG_SLOT, { version: 4 }),
    ...wanted,
  };
}

describe('change of a slot event', () => {
  it('says what happened to which slot, and nothing that the topic does not hold', () => {
    expect(keyChangeOf(recorded())).toEqual({
      id: '3f0c7f34-5f0b-4b7a-9a51-0c8f6d2f9e11',
      organizationId: 'acme',
      projectId: null,
      integrationId: 'openai',
      kind: 'set',
      version: 4,
      keyId: 'key-1',
      fingerprint: 'fp1_AAAAAAAAAAAAAAAAAAAAAA',
      actor: 'alice',
      position,
      occurredAt: '2026-03-01T12:00:00.000Z',
    });
  });

  it('carries the trace that the event carries, and nothing else that stands in its place', () => {
    const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
    expect(keyChangeOf(recorded({ metadata: { schemaVersion: 1, traceparent } }))).toEqual({
      ...keyChangeOf(recorded()),
      traceparent,
    });
    const wrong = keyChangeOf(recorded({ metadata: { schemaVersion: 1, traceparent: 'canary' } }));
    expect(wrong).toEqual(keyChangeOf(recorded()));
  });

  it.each([
    ['OrgKeySet', ORG_SLOT, 'set'],
    ['OrgKeyRemoved', ORG_SLOT, 'removed'],
    ['OrgKeyDisabled', ORG_SLOT, 'disabled'],
    ['OrgKeyEnabled', ORG_SLOT, 'enabled'],
    ['ProjectKeySet', PROJECT_SLOT, 'set'],
    ['ProjectKeyRemoved', PROJECT_SLOT, 'removed'],
  ] as const)('calls %s by its kind', (type, slot, kind) => {
    const stream = slot === ORG_SLOT ? 'orgKey-acme~openai' : 'projectKey-acme~website~openai';
    expect(keyChangeOf(recorded({ type, stream, data: slotEventData(slot) })).kind).toBe(kind);
  });

  const withData = (wanted: JsonObject): Partial<RecordedEvent> => ({
    data: slotEventData(ORG_SLOT, wanted),
  });

  it.each<[string, Partial<RecordedEvent>]>([
    ['an unknown type', { type: 'OrgKeyRotated' }],
    ['a type that is of no slot', { type: 'OrganizationRegistered' }],
    ['a newer schema version', { metadata: { schemaVersion: 2 } }],
    ['no schema version', { metadata: {} }],
    ['a malformed id', withData({ organizationId: 'a/b' })],
    ['no version', withData({ version: undefined })],
    ['a time that is none', withData({ occurredAt: 'yesterday' })],
    ['the slot of another stream', { stream: 'orgKey-acme~anthropic' }],
    ['a project in an organization stream', withData({ projectId: 'website' })],
  ])('is refused with %s', (_, wanted) => {
    expect(() => keyChangeOf(recorded(wanted))).toThrow(UnreadableEventError);
  });

  it('names the event that it refuses, and no value of it', () => {
    const bad = recorded(withData({ actor: '', keyId: 'planted-key', version: -1 }));
    const refusal = (): unknown => keyChangeOf(bad);
    expect(refusal).toThrow('event 3 of orgKey-acme~openai cannot be relayed: wrong version, actor');
    expect(refusal).not.toThrow('planted-key');
  });
});
