import { encodePosition } from '@keyward/contracts';
import fc from 'fast-check';
import { MalformedMessageError } from './change-log.errors.js';
import { decodeKeyChange, encodeKeyChange } from './cloud-event.js';
import type { KeyChange } from './key-change.js';
import { aKeyChange, positionAt } from './testing/key-changes.js';

const id = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/);
const keyChange: fc.Arbitrary<KeyChange> = fc.record({
  id: fc.uuid(),
  organizationId: id,
  projectId: fc.option(id),
  integrationId: id,
  kind: fc.constantFrom('set', 'removed', 'disabled', 'enabled'),
  version: fc.integer({ min: 1 }),
  keyId: fc.string({ minLength: 1, unit: 'grapheme' }),
  fingerprint: fc.string({ minLength: 1 }),
  actor: fc.string({ minLength: 1, unit: 'grapheme' }),
  position: fc.bigInt({ min: 0n, max: 2n ** 62n }).map((n) => ({ commit: n, prepare: n })),
  occurredAt: fc
    .date({ noInvalidDate: true, min: new Date(0), max: new Date(4e12) })
    .map((d) => d.toISOString()),
});

describe('key change message', () => {
  const change = aKeyChange(42, { projectId: 'website', version: 3 });
  const { key, value } = encodeKeyChange('store', change);

  it('is a CloudEvent with every field of the topic and nothing else', () => {
    expect(JSON.parse(value)).toEqual({
      specversion: '1.0',
      type: 'keyward.key-change.v1',
      source: '/keyward/store',
      id: change.id,
      time: change.occurredAt,
      datacontenttype: 'application/json',
      data: {
        organizationId: 'acme',
        projectId: 'website',
        integrationId: 'openai',
        kind: 'set',
        version: 3,
        keyId: change.keyId,
        fingerprint: change.fingerprint,
        actor: 'alice',
        position: encodePosition('store', positionAt(42)),
        occurredAt: change.occurredAt,
      },
    });
  });

  it('has one key for all slots that decide one effective key', () => {
    expect(key).toBe('acme/openai');
    expect(encodeKeyChange('store', { ...change, projectId: null }).key).toBe(key);
  });

  it('comes back as it went in', () => {
    fc.assert(
      fc.property(keyChange, (any) => {
        expect(decodeKeyChange('store', encodeKeyChange('store', any).value)).toEqual(any);
      }),
    );
  });

  it('may carry extension attributes of those who pass it on', () => {
    const extended = JSON.stringify({ ...JSON.parse(value), subject: 'acme' });
    expect(decodeKeyChange('store', extended)).toEqual(change);
  });

  it('carries the trace of the request in the extension attribute that CloudEvents has for it', () => {
    const traced = { ...change, traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` };
    const message = encodeKeyChange('store', traced).value;
    expect(JSON.parse(message)).toEqual({ ...JSON.parse(value), traceparent: traced.traceparent });
    expect(decodeKeyChange('store', message)).toEqual(traced);
  });

  it.each(['00-1-2-01', 7, null])('says what it says, whatever somebody made of its trace: %j', (wrong) => {
    const traced = JSON.stringify({ ...JSON.parse(value), traceparent: wrong });
    expect(decodeKeyChange('store', traced)).toEqual(change);
  });

  const without = (field: string): string => {
    const { data, ...envelope } = JSON.parse(value) as { data: Record<string, unknown> };
    delete data[field];
    return JSON.stringify({ ...envelope, data });
  };
  const withData = (field: string, wrong: unknown): string => {
    const message = JSON.parse(value) as { data: Record<string, unknown> };
    message.data[field] = wrong;
    return JSON.stringify(message);
  };

  it.each(Object.keys(JSON.parse(value).data))('is refused without data.%s', (field) => {
    expect(() => decodeKeyChange('store', without(field))).toThrow(`data.${field}`);
  });

  it.each<[string, string]>([
    ['no JSON', '{"specversion":'],
    ['another JSON value', '[]'],
    ['another type', JSON.stringify({ ...JSON.parse(value), type: 'keyward.key-change.v2' })],
    ['an unknown field', withData('secret', 'x')],
    ['an id that is none', withData('organizationId', 'a~b')],
    ['an unknown kind', withData('kind', 'rotated')],
    ['a version of zero', withData('version', 0)],
    ['a time that is none', withData('occurredAt', 'yesterday')],
    ['a position that is none', withData('position', 'abc')],
    ['a position of another event log', withData('position', encodePosition('other', positionAt(1)))],
  ])('is refused with %s', (_, message) => {
    expect(() => decodeKeyChange('store', message)).toThrow(MalformedMessageError);
  });

  it('never repeats what stood in a message that it refuses', () => {
    for (const bad of ['planted-key', withData('kind', 'planted-key'), withData('position', 'planted-key')]) {
      expect(() => decodeKeyChange('store', bad)).toThrow(
        expect.not.objectContaining({ message: expect.stringContaining('planted-key') }),
      );
    }
  });
});
