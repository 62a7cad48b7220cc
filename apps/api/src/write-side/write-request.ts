import { hash } from 'node:crypto';
import { KeywardError } from '@keyward/contracts';
import type { ActorKind, ExpectedVersion } from '@keyward/domain';

/** What every write carries besides its own fields. */
export interface WriteRequest {
  /** Subject of the token. */
  readonly actor: string;
  /** The role that allows it. */
  readonly actorKind: ActorKind | null;
  readonly reason: string | null;
  /** The Idempotency-Key header. */
  readonly idempotencyKey: string | null;
  /** The If-Match header. */
  readonly expectedVersion: ExpectedVersion;
}

/** What every write answers with besides its own fields. */
export interface WriteAnswer {
  /** Consistency token: a read at least as fresh as it sees this write. */
  readonly position: string;
  /** False when what was asked for was so already, and no event was written. */
  readonly changed: boolean;
}

/**
 * Tells a repeat from another request under the same Idempotency-Key. A secret takes part only as
 * its keyed fingerprint, never as bytes that could be guessed offline.
 */
export function requestDigest(...parts: readonly unknown[]): string {
  return hash('sha256', JSON.stringify(parts), 'base64url');
}

/** A UUID that depends only on the parts (version 8 of RFC 9562: the digest is ours to choose). */
export function derivedUuid(...parts: readonly string[]): string {
  const bytes = hash('sha256', JSON.stringify(parts), 'buffer').subarray(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x80;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

export function idempotencyKeyReused(): KeywardError {
  return new KeywardError(
    'IDEMPOTENCY_KEY_REUSED',
    'This Idempotency-Key was used before for another request. Use a new key for a new request, and the same body to repeat one.',
  );
}
