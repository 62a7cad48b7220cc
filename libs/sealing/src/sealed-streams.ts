import type { KekRecord } from './kek/check-keyring.js';
import type { SealedFingerprintKey, SealedKey } from './sealed-key.js';

/**
 * The streams that hold sealed bytes, apart from the domain's events so that the domain's log stays
 * whole for ever while a key can be destroyed by deleting its own stream.
 */
export const keyMaterialStream = (keyId: string): string => `keyMaterial-${keyId}`;
export const KEY_MATERIAL_PREFIX = 'keyMaterial-';

/** In `keyMaterial-<keyId>`: one version of one slot's key, sealed. Written before the event that names it. */
export type KeySealed = {
  readonly type: 'KeySealed';
  readonly data: {
    readonly organizationId: string;
    readonly projectId: string | null;
    readonly integrationId: string;
    readonly keyId: string;
    readonly version: number;
    readonly sealed: SealedKey;
  };
};

/** In `fingerprintKey-<org>`: the organization's fingerprint key, sealed. */
export const fingerprintKeyStream = (organizationId: string): string => `fingerprintKey-${organizationId}`;
export type FingerprintKeySealed = {
  readonly type: 'FingerprintKeySealed';
  readonly data: { readonly organizationId: string; readonly sealed: SealedFingerprintKey };
};

/** In `keyring`: each key encryption key that something in this log is sealed under, with its check value. */
export const KEYRING_STREAM = 'keyring';
export type KeyEncryptionKeyAdopted = {
  readonly type: 'KeyEncryptionKeyAdopted';
  readonly data: KekRecord;
};
