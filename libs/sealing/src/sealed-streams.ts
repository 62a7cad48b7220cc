import type { KekRecord } from './kek/check-keyring.js';
import type { SealedFingerprintKey, SealedKey } from './sealed-key.js';

/**
 * The streams that hold sealed bytes, apart from the domain's events so that the domain's log stays
 * whole for ever while a key can be destroyed by deleting its own stream.
 */
export const keyMaterialStream = (keyId: string): string => `keyMaterial-${keyId}`;
export const KEY_MATERIAL_PREFIX = 'keyMaterial-';

/**
 * In `keyMaterial-<keyId>`: one version of one slot's key, sealed. Written before the event that names it; again, in the
 * place of the one before, when it is wrapped by another key encryption key.
 */
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
export const FINGERPRINT_KEY_PREFIX = 'fingerprintKey-';
export const fingerprintKeyStream = (organizationId: string): string =>
  `${FINGERPRINT_KEY_PREFIX}${organizationId}`;
export type FingerprintKeySealed = {
  readonly type: 'FingerprintKeySealed';
  readonly data: { readonly organizationId: string; readonly sealed: SealedFingerprintKey };
};

/** In `keyring`: what becomes of the key encryption keys, in order. */
export const KEYRING_STREAM = 'keyring';
/** From now on something in this log may be sealed under this key; every process needs it. */
export type KeyEncryptionKeyAdopted = {
  readonly type: 'KeyEncryptionKeyAdopted';
  readonly data: KekRecord;
};
/** Somebody wants all that is in use to be wrapped by this key. */
export type KekRotationRequested = {
  readonly type: 'KekRotationRequested';
  readonly data: {
    readonly kekId: string;
    readonly actor: string;
    readonly reason: string | null;
    readonly occurredAt: string;
  };
};
/** Nothing in use is wrapped by this key any more: no process needs it. */
export type KeyEncryptionKeyRetired = {
  readonly type: 'KeyEncryptionKeyRetired';
  readonly data: { readonly kekId: string };
};
export type KeyringEvent = KeyEncryptionKeyAdopted | KekRotationRequested | KeyEncryptionKeyRetired;
