import { rewrapEnvelope, sealEnvelope } from './envelope.js';
import type { KeyEncryptionKeys } from './kek/key-encryption-keys.port.js';
import { fingerprintKeyAssociatedData, keyAssociatedData, type SealBinding } from './seal-binding.js';
import type { SealedFingerprintKey, SealedKey } from './sealed-key.js';
import type { Secret } from './secret.js';

/** Turns keys into what may be stored. */
export class Sealer {
  constructor(private readonly keks: KeyEncryptionKeys) {}

  /** Seals under a fresh data key; the same secret sealed twice gives two unlike records. */
  async seal(secret: Secret, binding: SealBinding): Promise<SealedKey> {
    const envelope = await sealEnvelope(this.keks, secret.reveal(), keyAssociatedData(binding));
    return { format: 1, ...envelope };
  }

  async sealFingerprintKey(fingerprintKey: Secret, organizationId: string): Promise<SealedFingerprintKey> {
    const associatedData = fingerprintKeyAssociatedData(organizationId);
    return {
      format: 'fingerprint-key/1',
      ...(await sealEnvelope(this.keks, fingerprintKey.reveal(), associatedData)),
    };
  }

  /** The id of the key encryption key under which this seals. */
  get kekId(): string {
    return this.keks.currentId();
  }

  /** The same sealed key, its data key under the current key encryption key. @throws SealingError as Unsealer does. */
  rewrap(sealed: SealedKey, binding: SealBinding): Promise<SealedKey> {
    return rewrapEnvelope(this.keks, sealed, keyAssociatedData(binding));
  }

  rewrapFingerprintKey(sealed: SealedFingerprintKey, organizationId: string): Promise<SealedFingerprintKey> {
    return rewrapEnvelope(this.keks, sealed, fingerprintKeyAssociatedData(organizationId));
  }
}
