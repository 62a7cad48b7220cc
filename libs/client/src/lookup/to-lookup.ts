import type { LookupResponse__Output } from '@keyward/contracts';
import { KeywardUnavailableError } from '../client.errors.js';
import { SecretValue } from '../secret-value.js';
import { LeasedKey } from './leased-key.js';
import type { Lookup } from './lookup.js';

/** What goes with all answers of one call. */
export interface AnswerTerms {
  /** Unix milliseconds at which the question was sent: the lease counts from there. */
  readonly sentAtMs: number;
  /** Longest lease to accept, in milliseconds. */
  readonly maxLeaseMs: number;
  /** How long "not configured" may be kept, for which the server gives no lease; milliseconds. */
  readonly notConfiguredMs: number;
  readonly stale: boolean;
}

export interface LeasedLookup {
  readonly lookup: Lookup;
  /** Milliseconds from when the question was sent. */
  readonly leaseMs: number;
}

type KeyMessage = NonNullable<LookupResponse__Output['key']>;

const SOURCES: Readonly<Record<string, LeasedKey['source']>> = {
  SOURCE_ORGANIZATION: 'organization',
  SOURCE_PROJECT: 'project',
};
const REASONS: Readonly<Record<string, 'not_set' | 'disabled'>> = {
  REASON_NOT_SET: 'not_set',
  REASON_DISABLED: 'disabled',
};

/**
 * @throws KeywardUnavailableError INTERNAL when the answer says neither "found" nor "not configured"
 * in a way that this client knows: guessing would make an outcome of what is none.
 */
export function toLookup(response: LookupResponse__Output, terms: AnswerTerms): LeasedLookup {
  const { position } = response;
  const { stale } = terms;
  if (response.outcome === 'key' && response.key) {
    const leaseMs = Math.min(durationMs(response.key.lease), terms.maxLeaseMs);
    const key = toLeasedKey(response.key, terms.sentAtMs + leaseMs);
    return { lookup: Object.freeze({ outcome: 'found', key, position, stale }), leaseMs };
  }
  const reason = REASONS[response.notConfigured?.reason ?? ''];
  if (response.outcome !== 'notConfigured' || reason === undefined) throw unreadable('outcome');
  const lookup = Object.freeze({ outcome: 'not_configured', reason, position, stale } as const);
  return { lookup, leaseMs: Math.min(terms.notConfiguredMs, terms.maxLeaseMs) };
}

function toLeasedKey(message: KeyMessage, expiresAtMs: number): LeasedKey {
  const source = SOURCES[message.source];
  if (source === undefined) throw unreadable('key.source');
  if (message.secret.length === 0) throw unreadable('key.secret');
  return new LeasedKey({
    secret: new SecretValue(message.secret),
    source,
    version: message.version,
    keyId: message.keyId,
    fingerprint: message.fingerprint,
    setAtMs: durationMs(message.setAt),
    expiresAtMs,
  });
}

function durationMs(duration: KeyMessage['lease']): number {
  return duration ? Number(duration.seconds) * 1_000 + duration.nanos / 1_000_000 : 0;
}

function unreadable(field: string): KeywardUnavailableError {
  const remedy = 'check that target is a Keyward server, and whether this client is too old for it';
  return new KeywardUnavailableError('INTERNAL', `The answer's ${field} cannot be understood: ${remedy}.`);
}
