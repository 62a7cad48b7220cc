import {
  checkKeyPolicy,
  destroyedKeys,
  destroyedKeysStream,
  keySlot,
  readStoredEvent,
  slotStream,
  type DestroyedKeysState,
  type DestructionCause,
  type KeyDestroyed,
  type KeyRef,
  type SlotAddress,
} from '@keyward/domain';
import { EventStore } from '@keyward/event-store';
import { Metrics } from '@keyward/runtime';
import { Unsealer, keyMaterialStream } from '@keyward/sealing';
import { Injectable } from '@nestjs/common';
import { AggregateStore } from '../write-side/aggregate-store.js';
import { PolicyFacts } from '../write-side/policy-facts.js';
import { WriteExecutor } from '../write-side/write-executor.js';
import { requestDigest, type WriteAnswer, type WriteRequest } from '../write-side/write-request.js';

/** One version of one slot's key. */
export interface VersionAddress {
  readonly slot: SlotAddress;
  readonly version: number;
}

/** The answer to a destruction: what is gone. */
export interface KeyDestroyedAnswer {
  readonly keyId: string;
  readonly version: number;
}

/** As the log names what nobody asked for but the retention. */
const RETENTION: WriteRequest = {
  actor: 'keyward',
  actorKind: 'keyward',
  reason: null,
  idempotencyKey: null,
  expectedVersion: null,
};

/**
 * Destroys versions that are in use no more: first the fact, then the sealed bytes. Cut off in between, the
 * {@link Shredder} ends it. Safe to repeat and to do in several processes at once.
 */
@Injectable()
export class DestroyKeyService {
  private readonly destroyedTotal;

  // eslint-disable-next-line max-params -- what Nest injects comes one by one
  constructor(
    private readonly events: EventStore,
    private readonly executor: WriteExecutor,
    private readonly aggregates: AggregateStore,
    private readonly policy: PolicyFacts,
    private readonly unsealer: Unsealer,
    metrics: Metrics,
  ) {
    this.destroyedTotal = metrics.counter({
      name: 'keyward_keys_destroyed_total',
      help: 'Key versions whose sealed bytes were destroyed. orphan: bytes that no event ever named.',
      labels: { cause: ['request', 'retention', 'orphan'] },
    });
  }

  /** Because somebody asked for it. @throws KeywardError UNKNOWN_KEY_VERSION, KEY_VERSION_IN_USE and as every write. */
  onRequest(address: VersionAddress, request: WriteRequest): Promise<KeyDestroyedAnswer & WriteAnswer> {
    return this.destroy(address, request, 'request');
  }

  /** Because it was kept long enough. */
  async onRetention(address: VersionAddress): Promise<void> {
    await this.destroy(address, RETENTION, 'retention');
  }

  /** Sealed bytes that no event names: there is no version, and so nothing to tell of. */
  async orphan(keyId: string): Promise<void> {
    await this.deleteMaterial(keyId);
    this.destroyedTotal.inc({ cause: 'orphan' });
  }

  /** Of a key that the log calls destroyed, or that it does not know. Repeating it changes nothing. */
  async deleteMaterial(keyId: string): Promise<void> {
    await this.events.deleteStream(keyMaterialStream(keyId));
    this.unsealer.forget(keyId);
  }

  private async destroy(
    { slot, version }: VersionAddress,
    request: WriteRequest,
    cause: DestructionCause,
  ): Promise<KeyDestroyedAnswer & WriteAnswer> {
    const { reason, expectedVersion } = request;
    const answer = await this.executor.execute<DestroyedKeysState, KeyDestroyed, KeyDestroyedAnswer>({
      stream: destroyedKeysStream(slot),
      decider: destroyedKeys,
      request,
      digest: requestDigest('destroy', slotStream(slot), version, reason, expectedVersion),
      decide: async (state, provenance) => {
        // The retention goes on where the catalogue or the organization's registration has changed since.
        const refused = cause === 'request' && checkKeyPolicy('remove', await this.policy.gather(slot));
        if (refused) return refused;
        const { state: now } = await this.aggregates.load(keySlot, slotStream(slot));
        const key = await this.findVersion(slot, version);
        const facts = { address: slot, version, slot: now, key, cause, expectedVersion, provenance };
        return destroyedKeys.decide({ type: 'DestroyKeyVersion', ...facts }, state);
      },
      answer: (_before, after) => ({ keyId: after.find((key) => key.version === version)!.keyId, version }),
    });
    // Also where the fact was there before: whoever wrote it may have been cut off.
    await this.deleteMaterial(answer.keyId);
    if (answer.changed) this.destroyedTotal.inc({ cause });
    return answer;
  }

  private async findVersion(slot: SlotAddress, version: number): Promise<KeyRef | undefined> {
    for await (const recorded of this.events.readStream(slotStream(slot))) {
      const { type, data } = readStoredEvent(recorded);
      if ((type === 'OrgKeySet' || type === 'ProjectKeySet') && data.version === version) return data;
    }
    return undefined;
  }
}
