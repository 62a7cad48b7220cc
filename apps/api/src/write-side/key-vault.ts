import { SCHEMA_VERSION, type SlotAddress } from '@keyward/domain';
import { EventStore, type JsonObject, type StreamAppend } from '@keyward/event-store';
import {
  Sealer,
  Unsealer,
  fingerprint,
  fingerprintKeyStream,
  keyMaterialStream,
  newFingerprintKey,
  type FingerprintKeySealed,
  type KeySealed,
  type Secret,
} from '@keyward/sealing';
import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { DurableAppender } from './durable-appender.js';
import { derivedUuid } from './write-request.js';

const CACHED_FINGERPRINT_KEYS = 10_000;

/** All that the command side does with key bytes: fingerprint them and seal them. */
@Injectable()
export class KeyVault {
  private readonly fingerprintKeys = new LRUCache<string, Secret>({ max: CACHED_FINGERPRINT_KEYS });

  constructor(
    private readonly events: EventStore,
    private readonly appender: DurableAppender,
    private readonly sealer: Sealer,
    private readonly unsealer: Unsealer,
  ) {}

  /** Whether this organization ever got far enough to set a key. */
  async hasFingerprintKey(organizationId: string): Promise<boolean> {
    return (await this.storedFingerprintKey(organizationId)) !== undefined;
  }

  async fingerprint(organizationId: string, secret: Secret): Promise<string> {
    const key =
      (await this.storedFingerprintKey(organizationId)) ?? (await this.createFingerprintKey(organizationId));
    return fingerprint(key, secret);
  }

  /** The append that must precede (or go with) the event that names the key. */
  async seal(
    slot: SlotAddress,
    { keyId, version }: { keyId: string; version: number },
    secret: Secret,
  ): Promise<StreamAppend> {
    const binding = { ...slot, keyId, version };
    const data: KeySealed['data'] = { ...binding, sealed: await this.sealer.seal(secret, binding) };
    return sealedAppend(keyMaterialStream(keyId), 'KeySealed', data);
  }

  private async storedFingerprintKey(organizationId: string): Promise<Secret | undefined> {
    const cached = this.fingerprintKeys.get(organizationId);
    if (cached) return cached;
    // The last: it may have been wrapped anew.
    const last = { direction: 'backwards', maxCount: 1 } as const;
    for await (const { data } of this.events.readStream(fingerprintKeyStream(organizationId), last)) {
      const { sealed } = data as unknown as FingerprintKeySealed['data'];
      const key = await this.unsealer.unsealFingerprintKey(sealed, organizationId);
      this.fingerprintKeys.set(organizationId, key);
      return key;
    }
    return undefined;
  }

  private async createFingerprintKey(organizationId: string): Promise<Secret> {
    const key = newFingerprintKey();
    const sealed = await this.sealer.sealFingerprintKey(key, organizationId);
    key.destroy();
    const data: FingerprintKeySealed['data'] = { organizationId, sealed };
    await this.appender.append([
      sealedAppend(fingerprintKeyStream(organizationId), 'FingerprintKeySealed', data),
    ]);
    // Read back, because another writer may have been first: there must be one key only.
    return (await this.storedFingerprintKey(organizationId))!;
  }
}

/** One event in a new stream of its own. */
function sealedAppend(stream: string, type: string, data: object): StreamAppend {
  const metadata = { schemaVersion: SCHEMA_VERSION };
  const id = derivedUuid(type, stream);
  return {
    stream,
    expectedRevision: 'no_stream',
    events: [{ id, type, data: data as JsonObject, metadata }],
  };
}
