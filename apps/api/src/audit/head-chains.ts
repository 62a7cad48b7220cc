import {
  AuditLog,
  HEAD_SIGNED,
  headHash,
  headsStream,
  isOfLog,
  signHead,
  signatureFault,
  signedHeadIn,
  type AuditKeys,
  type LedgerState,
  type SignedHead,
} from '@keyward/audit';
import { KeywardError } from '@keyward/contracts';
import { SCHEMA_VERSION } from '@keyward/domain';
import type { EventStore, JsonObject, RecordedEvent } from '@keyward/event-store';
import type { Clock, CounterMetric, Metrics } from '@keyward/runtime';
import type { DurableAppender } from '../write-side/durable-appender.js';
import { derivedUuid } from '../write-side/write-request.js';
import { altered, type AuditLedgerReader } from './audit-ledger-reader.js';

export interface HeadChainsParts {
  readonly events: EventStore;
  readonly ledger: AuditLedgerReader;
  readonly keys: AuditKeys;
  readonly appender: Pick<DurableAppender, 'append'>;
  readonly clock: Clock;
  readonly metrics: Metrics;
}

/** A head that is stored, and its number in the chain. */
export interface StoredHead {
  readonly number: number;
  readonly signed: SignedHead;
}

/** Every lost race is a head that another copy has stored; more than a few in a row are no race. */
const MOST_RACES = 20;

/**
 * The chain of signed heads of each log. A head is in the event log, where the one before was the last, before
 * anybody gets it: several copies therefore make one chain.
 */
export class HeadChains {
  private readonly signedTotal: CounterMetric<Record<never, never>>;

  constructor(private readonly parts: HeadChainsParts) {
    this.signedTotal = parts.metrics.counter({
      name: 'keyward_audit_heads_signed_total',
      help: 'Heads of audit logs that were signed and stored.',
    });
  }

  /**
   * The head of all that is in the log now: the last one of the chain where nothing has come since, else a new one.
   * @param organizationId null: of the platform's log
   * @throws KeywardError UNKNOWN_ORGANIZATION, UNAVAILABLE, STALE_READ_MODEL, AUDIT_LOG_ALTERED
   */
  async current(organizationId: string | null): Promise<SignedHead> {
    let known = 0;
    for (let race = 0; race < MOST_RACES; race += 1) {
      const { signed, heads } = await this.attempt(organizationId, known);
      if (signed) return signed;
      known = heads;
    }
    throw new KeywardError('UNAVAILABLE', 'Other copies kept on signing heads of this log. Try again.', {
      retryAfterSeconds: 1,
    });
  }

  /** Heads of the chain in order, from a number on. @throws KeywardError AUDIT_LOG_ALTERED at one that is none */
  async *from(
    organizationId: string | null,
    number: number,
    maxCount = Infinity,
  ): AsyncGenerator<StoredHead> {
    let left = maxCount;
    const stream = headsStream(organizationId);
    for await (const event of this.parts.events.readStream(stream, { fromRevision: BigInt(number) })) {
      yield storedHead(event);
      if (--left === 0) return;
    }
  }

  private async last(organizationId: string | null): Promise<StoredHead | undefined> {
    const options = { direction: 'backwards', maxCount: 1 } as const;
    for await (const event of this.parts.events.readStream(headsStream(organizationId), options)) {
      return storedHead(event);
    }
    return undefined;
  }

  /**
   * No head when another copy was faster.
   * @param known number of heads that were stored before this attempt began
   */
  private async attempt(
    organizationId: string | null,
    known: number,
  ): Promise<{ readonly signed?: SignedHead | undefined; readonly heads: number }> {
    const last = await this.last(organizationId);
    const heads = last ? last.number + 1 : 0;
    if (heads < known) throw altered('Heads that were stored are in the event log no more.');
    const [now, before] = await this.parts.ledger.log(organizationId, last?.signed.head.size ?? 0);
    if (heads < now.heads) return { heads: now.heads };
    if (last) this.check(last.signed, now, before);
    return { heads, signed: isOfAll(last, now) ? last.signed : await this.store(last, now) };
  }

  /** @throws KeywardError AUDIT_LOG_ALTERED where the last head and the log contradict each other */
  private check(signed: SignedHead, now: LedgerState, before: LedgerState | null): void {
    const { head } = signed;
    const fault = signatureFault(signed, this.parts.keys.trusted);
    if (fault?.code === 'unknown_signing_key') throw altered(unknownKey(head.signingKeyId));
    if (fault || !isOfLog(head, now.state))
      throw altered('The last head is not one that Keyward has signed for this log.');
    if (before?.rootHash !== head.rootHash)
      throw altered(`The log does not begin with the ${head.size} events that the last head was signed for.`);
  }

  /** Undefined when another copy was faster. */
  private async store(last: StoredHead | undefined, { state }: LedgerState): Promise<SignedHead | undefined> {
    const { keys, clock, appender } = this.parts;
    const previousHeadHash = last ? headHash(last.signed.head) : null;
    const signed = await signHead(keys.signer, {
      log: AuditLog.resume(state),
      previousHeadHash,
      time: clock.now(),
    });
    const stream = headsStream(state.organizationId);
    const event = {
      id: derivedUuid(HEAD_SIGNED, stream, signed.signature),
      type: HEAD_SIGNED,
      data: signed as unknown as JsonObject,
      metadata: { schemaVersion: SCHEMA_VERSION },
    };
    const expectedRevision = last ? BigInt(last.number) : ('no_stream' as const);
    const stored = await appender.append([{ stream, expectedRevision, events: [event] }]);
    if (!stored) return undefined;
    this.signedTotal.inc();
    return signed;
  }
}

function isOfAll(last: StoredHead | undefined, { state }: LedgerState): last is StoredHead {
  return last?.signed.head.size === state.size;
}

function storedHead({ data, revision }: RecordedEvent): StoredHead {
  const signed = signedHeadIn(data);
  if (!signed) throw altered(`What is stored as head ${revision} is no head.`);
  return { number: Number(revision), signed };
}

function unknownKey(signingKeyId: string): string {
  return (
    `The last head is signed by the key ${signingKeyId}, which is not known here: if it was signed by Keyward, name the ` +
    'public key in the file of KEYWARD_AUDIT_TRUSTED_KEYS_FILE.'
  );
}
