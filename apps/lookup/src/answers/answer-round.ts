import type { KeyAddress__Output, LookupResponse } from '@keyward/contracts';
import { EMPTY_SLOT, effectiveKey, type EffectiveKey } from '@keyward/domain';
import type { LookupEntry } from '@keyward/read-model';
import { atIndex, type LookupOperation } from '../addresses/address-checks.js';
import type { OutcomeCounts } from '../lookup.metrics.js';
import type { HandedOutKey } from '../read-audit/hand-out-counts.js';
import type { AnswerKey } from './answer-encoder.js';
import type { KnownKeys } from './known-key.js';
import type { SealedKeys } from './sealed-keys.js';
import { zeroSecret } from './zero-secrets.js';

/** What answers are made from: checked addresses, what the read model holds for each, and as of where. */
export interface Found {
  readonly operation: LookupOperation;
  readonly addresses: readonly KeyAddress__Output[];
  readonly entries: readonly LookupEntry[];
  readonly position: string;
}

export interface Answers {
  /** In the order of the addresses. */
  readonly responses: readonly LookupResponse[];
  readonly counts: OutcomeCounts;
  /** The keys among them. */
  readonly handedOut: readonly HandedOutKey[];
}

type FoundKey = Extract<EffectiveKey, { readonly outcome: 'found' }>;

const EMPTY = Buffer.alloc(0);
const REASONS = { not_set: { reason: 'REASON_NOT_SET' }, disabled: { reason: 'REASON_DISABLED' } } as const;

/** The answers of one call, in the making. No promise per address: only for keys that are not yet at hand. */
export class AnswerRound implements Answers {
  readonly responses: LookupResponse[] = [];
  readonly counts = { found: 0, not_set: 0, disabled: 0 };
  readonly handedOut: HandedOutKey[] = [];
  readonly #pending: Promise<void>[] = [];

  constructor(
    private readonly found: Found,
    private readonly sealedKeys: SealedKeys,
    private readonly known: KnownKeys,
  ) {}

  finish(): Answers | Promise<Answers> {
    const { entries, operation } = this.found;
    let index = 0;
    try {
      for (; index < entries.length; index += 1) this.#add(index, entries[index]!);
    } catch (error) {
      return this.#settle(atIndex(operation, index, error));
    }
    return this.#pending.length === 0 ? this : this.#settle(undefined);
  }

  #add(index: number, { organizationSlot, projectSlot }: LookupEntry): void {
    const effective = effectiveKey({
      organization: organizationSlot?.state ?? EMPTY_SLOT,
      project: projectSlot?.state ?? EMPTY_SLOT,
    });
    if (effective.outcome === 'found') return this.#addKey(index, effective);
    this.responses.push({ notConfigured: REASONS[effective.reason], position: this.found.position });
    this.counts[effective.reason] += 1;
  }

  #addKey(index: number, { source, key: slotKey }: FoundKey): void {
    const { entries, addresses, operation, position } = this.found;
    const entry = entries[index]!;
    // effectiveKey() found the key in this very slot, so its record is there.
    const record = (source === 'project' ? entry.projectSlot : entry.organizationSlot)!;
    const { binding, message } = this.known.of(record, slotKey, addresses[index]!, source);
    const opened = this.sealedKeys.open(record.sealed, binding);
    // Field by field: a spread here costs fifty times as much, once per address.
    const { version, keyId, fingerprint, setAt, lease } = message;
    const key: AnswerKey = {
      secret: EMPTY,
      source: message.source,
      version,
      keyId,
      fingerprint,
      setAt,
      lease,
      parts: message,
    };
    this.responses.push({ key, position });
    this.handedOut.push({ binding, projectId: addresses[index]!.projectId });
    this.counts.found += 1;
    if (Buffer.isBuffer(opened)) {
      key.secret = opened;
      return;
    }
    const arrived = opened.then(
      (secret) => void (key.secret = secret),
      (error: unknown) => Promise.reject(atIndex(operation, index, error) as Error),
    );
    this.#pending.push(arrived);
  }

  /** Of several that failed the first address is told: those under way all come before the one that threw. */
  async #settle(thrown: unknown): Promise<Answers> {
    const settled = await Promise.allSettled(this.#pending);
    const failed = settled.find((opening) => opening.status === 'rejected');
    if (failed === undefined && thrown === undefined) return this;
    this.responses.forEach(zeroSecret);
    throw failed?.reason ?? thrown;
  }
}
