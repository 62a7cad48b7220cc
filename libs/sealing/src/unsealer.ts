import { DataKeyCache, type DataKeyCacheOptions } from './data-key-cache.js';
import { boxOf, openBox, unwrapDataKey } from './envelope.js';
import type { KeyEncryptionKeys } from './kek/key-encryption-keys.port.js';
import { fingerprintKeyAssociatedData, keyAssociatedData, type SealBinding } from './seal-binding.js';
import { malformed, type SealedFingerprintKey, type SealedKey } from './sealed-key.js';
import { Secret } from './secret.js';

export const DEFAULT_DATA_KEY_CACHE_SIZE = 10_000;
export const DEFAULT_DATA_KEY_TTL_MS = 60_000;

/** Opens what a {@link Sealer} sealed, where it was sealed for. */
export class Unsealer {
  readonly #dataKeys: DataKeyCache;
  #forgotten = 0;

  constructor(
    private readonly keks: KeyEncryptionKeys,
    {
      size = DEFAULT_DATA_KEY_CACHE_SIZE,
      ttlMs = DEFAULT_DATA_KEY_TTL_MS,
      ...rest
    }: Partial<DataKeyCacheOptions> = {},
  ) {
    this.#dataKeys = new DataKeyCache({ size, ttlMs, ...rest });
  }

  /** @throws SealingError UNKNOWN_KEK, WRONG_KEK or TAMPERED. */
  async unseal(sealed: SealedKey, binding: SealBinding): Promise<Secret> {
    const cached = this.unsealCached(sealed, binding);
    if (cached !== undefined) return cached;
    if (sealed.format !== 1) throw malformed('has an unknown format');
    const forgotten = this.#forgotten;
    const associatedData = keyAssociatedData(binding);
    const box = boxOf(sealed);
    const dataKey = await unwrapDataKey(this.keks, sealed, associatedData);
    const plaintext = openBox(dataKey, box, associatedData);
    // A key that was forgotten while its data key was being unwrapped must not come back.
    if (this.#forgotten === forgotten) this.#dataKeys.set({ sealed, binding, dataKey, box, associatedData });
    return Secret.takeBytes(plaintext);
  }

  /**
   * The same without waiting, where the data key is at hand; undefined where it is not. Decrypts
   * anew each time: plaintext is never kept.
   * @throws SealingError TAMPERED.
   */
  unsealCached(sealed: SealedKey, binding: SealBinding): Secret | undefined {
    const opened = this.#dataKeys.get(sealed, binding);
    return opened && Secret.takeBytes(openBox(opened.dataKey, opened.box, opened.associatedData));
  }

  /** Drops the data key of a version that was destroyed; unwraps under way do not bring it back. */
  forget(keyId: string): void {
    this.#forgotten += 1;
    this.#dataKeys.delete(keyId);
  }

  /** Drops all data keys, for shutdown. */
  clear(): void {
    this.#forgotten += 1;
    this.#dataKeys.clear();
  }

  /** Not cached: the caller keeps the fingerprint key as long as it needs it. */
  async unsealFingerprintKey(sealed: SealedFingerprintKey, organizationId: string): Promise<Secret> {
    if (sealed.format !== 'fingerprint-key/1') throw malformed('has an unknown format');
    const associatedData = fingerprintKeyAssociatedData(organizationId);
    const dataKey = await unwrapDataKey(this.keks, sealed, associatedData);
    return Secret.takeBytes(openBox(dataKey, boxOf(sealed), associatedData));
  }
}
