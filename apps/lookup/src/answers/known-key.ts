import type { KeyAddress__Output, LookupResponse } from '@keyward/contracts';
import type { KeySource, SlotKey } from '@keyward/domain';
import type { SlotRecord } from '@keyward/read-model';
import type { SealBinding } from '@keyward/sealing';

/** The message EffectiveKey, whole. */
export type KeyMessage = Required<NonNullable<LookupResponse['key']>>;

/** What an answer says about a key besides its bytes, made once per record. Never the bytes themselves. */
export interface KnownKey {
  readonly binding: SealBinding;
  readonly message: Readonly<Omit<KeyMessage, 'secret'>>;
}

const MILLISECONDS = 1_000;
const NANOSECONDS = 1_000_000;

/** Remembers what was derived from a slot's record for as long as the read model holds that record. */
export class KnownKeys {
  readonly #known = new WeakMap<SlotRecord, KnownKey>();
  readonly #lease: { readonly seconds: number; readonly nanos: number };

  constructor(leaseMs: number) {
    this.#lease = secondsAndNanos(leaseMs);
  }

  /**
   * The binding is made from the address that was asked for and not from what the record says of
   * itself: a record that got into another slot then fails to open instead of being handed out.
   */
  of(record: SlotRecord, key: SlotKey, address: KeyAddress__Output, source: KeySource): KnownKey {
    const projectId = source === 'project' ? address.projectId : null;
    const known = this.#known.get(record);
    if (known !== undefined && isFor(known.binding, address, projectId)) return known;
    const { keyId, version, fingerprint } = key;
    const { organizationId, integrationId } = address;
    const made: KnownKey = {
      binding: { organizationId, projectId, integrationId, keyId, version },
      message: {
        source: source === 'project' ? 'SOURCE_PROJECT' : 'SOURCE_ORGANIZATION',
        version,
        keyId,
        fingerprint,
        setAt: secondsAndNanos(Date.parse(key.setAt)),
        lease: this.#lease,
      },
    };
    this.#known.set(record, made);
    return made;
  }
}

function isFor(binding: SealBinding, address: KeyAddress__Output, projectId: string | null): boolean {
  return (
    binding.projectId === projectId &&
    binding.integrationId === address.integrationId &&
    binding.organizationId === address.organizationId
  );
}

function secondsAndNanos(milliseconds: number): { readonly seconds: number; readonly nanos: number } {
  const seconds = Math.floor(milliseconds / MILLISECONDS);
  return { seconds, nanos: Math.round((milliseconds - seconds * MILLISECONDS) * NANOSECONDS) };
}
