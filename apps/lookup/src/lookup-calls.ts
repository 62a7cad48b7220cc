import { Metadata, type ServerUnaryCall } from '@grpc/grpc-js';
import type { Principal } from '@keyward/access';
import { KeywardError, slotAttributes, type SpanAttributes } from '@keyward/contracts';
import type { Refusals } from '@keyward/refusals';
import type { Clock, Tracing } from '@keyward/runtime';
import type { LookupOperation } from './addresses/address-checks.js';
import type { Callers } from './callers/callers.js';
import type { Answered, EffectiveKeysService, Question } from './effective-keys.service.js';
import { OUTCOMES, type LookupMetrics } from './lookup.metrics.js';

/** What of gRPC's call is used, whatever its messages. */
export type UnaryCall = Pick<ServerUnaryCall<unknown, unknown>, 'getDeadline' | 'sendMetadata'>;

/** Response metadata of an answer that may be older than the staleness bound. */
const STALE_HEADER = 'keyward-stale';

/** So that a wait which is in vain ends in a refusal with its reason, just before the caller gives up. */
const REFUSAL_MARGIN_MS = 20;

const RPCS = {
  lookup: 'keyward.v1.EffectiveKeys/Lookup',
  batchLookup: 'keyward.v1.EffectiveKeys/BatchLookup',
} as const satisfies Record<LookupOperation, string>;

export interface LookupCallParts {
  readonly service: EffectiveKeysService;
  readonly callers: Callers;
  readonly metrics: LookupMetrics;
  readonly refusals: Pick<Refusals, 'note'>;
  readonly clock: Clock;
  readonly tracing: Tracing;
  /** Longest wait for freshness, whatever deadline the call has. */
  readonly consistencyTimeoutMs: number;
}

/** What is gRPC's about both rpcs: who calls, the deadline, the stale flag, the measuring. */
export class LookupCalls {
  constructor(private readonly parts: LookupCallParts) {}

  async answer(question: Question, metadata: Metadata, call: UnaryCall): Promise<Answered> {
    const { clock, metrics, tracing } = this.parts;
    const { operation } = question;
    const startedAt = clock.monotonicMs();
    const span = tracing.serve(RPCS[operation], () => metadata.get('traceparent')[0]);
    try {
      const answered = await span.run(() => this.#answer(question, metadata, call));
      metrics.answered(operation, answered.counts);
      if (answered.stale) this.#flagStale(question, call);
      span.set(() => attributesOf(question, answered));
      span.end();
      return answered;
    } catch (error) {
      metrics.refused(operation, error);
      span.end(error);
      throw error;
    } finally {
      metrics.took(operation, clock.monotonicMs() - startedAt);
    }
  }

  async #answer(question: Question, metadata: Metadata, call: UnaryCall): Promise<Answered> {
    const { service, callers } = this.parts;
    const identified = callers.identify(metadata);
    const principal = identified instanceof Promise ? await identified : identified;
    try {
      return await service.answer(question, principal, this.#patienceOf(call));
    } catch (error) {
      this.#noteRefusal(question, principal, error);
      throw error;
    }
  }

  /** Of a batch the first address that is refused refuses all. */
  #noteRefusal({ operation, addresses }: Question, principal: Principal, error: unknown): void {
    if (!(error instanceof KeywardError)) return;
    const target = addresses[Number(error.metadata['index'] ?? 0)] ?? {};
    this.parts.refusals.note({ principal, operation, target, code: error.code });
  }

  /** gRPC's deadline is a time of day, or infinite. */
  #patienceOf(call: UnaryCall): number {
    const deadline = call.getDeadline();
    const leftMs =
      (typeof deadline === 'number' ? deadline : deadline.getTime()) - this.parts.clock.now().getTime();
    return Math.min(this.parts.consistencyTimeoutMs, Math.max(0, leftMs - REFUSAL_MARGIN_MS));
  }

  #flagStale({ operation }: Pick<Question, 'operation'>, call: UnaryCall): void {
    this.parts.metrics.stale(operation);
    const flagged = new Metadata();
    flagged.set(STALE_HEADER, 'true');
    call.sendMetadata(flagged);
  }
}

/** The addresses of an answer are of what exists. Of a batch they are too many to be told. */
function attributesOf({ addresses }: Question, { counts }: Answered): SpanAttributes {
  const [address] = addresses;
  if (addresses.length !== 1 || !address) return { 'keyward.addresses': addresses.length };
  const outcome = OUTCOMES.find((one) => counts[one] > 0);
  return { ...slotAttributes(address), 'keyward.addresses': 1, 'keyward.outcome': outcome };
}
