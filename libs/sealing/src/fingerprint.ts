import { createHmac, randomBytes } from 'node:crypto';
import { encodeParts } from './seal-binding.js';
import { Secret } from './secret.js';

const FINGERPRINT_KEY_BYTES = 32;
const DIGEST_BYTES = 16;

/** Goes first, so that no other digest under the same key can ever equal a fingerprint. */
const PURPOSE = encodeParts(['keyward.fingerprint.v1']);

/** A new organization's fingerprint key: random, sealed by the caller, never changed afterwards. */
export function newFingerprintKey(): Secret {
  return Secret.takeBytes(randomBytes(FINGERPRINT_KEY_BYTES));
}

/**
 * Equal for equal keys of one organization and for nothing else: 128 bits of HMAC-SHA-256 under the
 * organization's fingerprint key. Says nothing about the key, and nothing across organizations.
 */
export function fingerprint(fingerprintKey: Secret, secret: Secret): string {
  const hmac = createHmac('sha256', fingerprintKey.reveal()).update(PURPOSE).update(secret.reveal());
  return `fp1_${hmac.digest().subarray(0, DIGEST_BYTES).toString('base64url')}`;
}
