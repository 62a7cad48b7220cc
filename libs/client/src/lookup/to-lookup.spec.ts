import type { LookupResponse__Output } from '@keyward/contracts';
import { KeywardUnavailableError } from '../client.errors.js';
import { toLookup } from './to-lookup.js';

const TERMS = { sentAtMs: 5_000, maxLeaseMs: 10_000, notConfiguredMs: 1_000, stale: false };

function keyAnswer(more: Partial<NonNullable<LookupResponse__Output['key']>> = {}): LookupResponse__Output {
  return {
    outcome: 'key',
    position: 'here',
    key: {
      secret: Buffer.from('the-key'),
      source: 'SOURCE_ORGANIZATION',
      version: 2,
      keyId: 'key-2',
      fingerprint: 'print',
      setAt: { seconds: '1700000000', nanos: 250_000_000 },
      lease: { seconds: '3', nanos: 500_000_000 },
      ...more,
    },
  };
}

function notConfigured(reason: string): LookupResponse__Output {
  return { outcome: 'notConfigured', position: 'here', notConfigured: { reason } } as LookupResponse__Output;
}

describe('toLookup', () => {
  it('takes over a key with its lease, counted from when it was asked for', () => {
    const { lookup, leaseMs } = toLookup(keyAnswer(), TERMS);
    expect(leaseMs).toBe(3_500);
    expect(lookup).toMatchObject({ outcome: 'found', position: 'here', stale: false });
    if (lookup.outcome !== 'found') throw new Error('unreachable');
    expect(lookup.key.secret.reveal()).toBe('the-key');
    expect(lookup.key).toMatchObject({ source: 'organization', version: 2, keyId: 'key-2' });
    expect(lookup.key.setAt.toISOString()).toBe('2023-11-14T22:13:20.250Z');
    expect(lookup.key.expiresAt.getTime()).toBe(8_500);
  });

  it('shortens a lease to what the worker allows', () => {
    const long = keyAnswer({ lease: { seconds: '3600', nanos: 0 } });
    expect(toLookup(long, TERMS).leaseMs).toBe(10_000);
  });

  it('takes no lease for a lease of nothing', () => {
    expect(toLookup(keyAnswer({ lease: null }), TERMS).leaseMs).toBe(0);
  });

  it.each([
    ['REASON_NOT_SET', 'not_set'],
    ['REASON_DISABLED', 'disabled'],
  ])('tells %s apart', (reason, expected) => {
    expect(toLookup(notConfigured(reason), TERMS)).toEqual({
      lookup: { outcome: 'not_configured', reason: expected, position: 'here', stale: false },
      leaseMs: 1_000,
    });
  });

  it.each([
    ['no outcome', { position: 'here' }],
    ['a reason it does not know', notConfigured('REASON_UNSPECIFIED')],
    ['a source it does not know', keyAnswer({ source: 'SOURCE_UNSPECIFIED' })],
    ['an empty key', keyAnswer({ secret: Buffer.alloc(0) })],
  ])('makes neither a key nor "not configured" of an answer with %s', (_, answer) => {
    expect(() => toLookup(answer, TERMS)).toThrow(KeywardUnavailableError);
  });
});
