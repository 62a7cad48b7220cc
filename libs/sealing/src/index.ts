export type { DataKeyCacheOptions } from './data-key-cache.js';
export { fingerprint, newFingerprintKey } from './fingerprint.js';
export { checkKeyring, type KekRecord } from './kek/check-keyring.js';
export { keksFromEnvironment } from './kek/environment-keks.js';
export { InProcessKeks, type RawKek } from './kek/in-process-keks.js';
export { openKekFile, type KekFileOptions } from './kek/kek-file.js';
export { appendToKeyring, readKeyring, type Keyring } from './kek/keyring.js';
export { openKeyring, recordedKeks } from './kek/open-keyring.js';
export { KeyEncryptionKeys, type WrappedDataKey } from './kek/key-encryption-keys.port.js';
export type { SealBinding } from './seal-binding.js';
export {
  parseSealedFingerprintKey,
  parseSealedKey,
  type Envelope,
  type SealedFingerprintKey,
  type SealedKey,
} from './sealed-key.js';
export { Sealer } from './sealer.js';
export { SealingModule, openKeyEncryptionKeys, type SealingOptions } from './sealing.module.js';
export { sealingSettings } from './sealing.settings.js';
export { SealingError, isSealingError, type SealingErrorCode } from './sealing.errors.js';
export { Secret } from './secret.js';
export { DEFAULT_DATA_KEY_CACHE_SIZE, DEFAULT_DATA_KEY_TTL_MS, Unsealer } from './unsealer.js';
export {
  FINGERPRINT_KEY_PREFIX,
  KEYRING_STREAM,
  KEY_MATERIAL_PREFIX,
  fingerprintKeyStream,
  keyMaterialStream,
  type FingerprintKeySealed,
  type KekRotationRequested,
  type KeyEncryptionKeyAdopted,
  type KeyEncryptionKeyRetired,
  type KeyringEvent,
  type KeySealed,
} from './sealed-streams.js';
