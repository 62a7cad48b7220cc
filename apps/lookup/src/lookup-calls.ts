import { Metadata, type ServerUnaryCall } from '@grpc/grpc-js';
import type { Clock } from '@keyward/runtime';
import type { Callers } from './callers/callers.js';
import type { Answered, EffectiveKeysService, Question } from './effective-keys.service.js';
import type { LookupMetrics } from './lookup.metrics.js';

/** What of gRPC's call is used, whatever its messages. */
export type UnaryCall = Pick<ServerUnaryCall<unknown, unknown>, 'getDeadline' | 'sendMetadata'>;

/** Response metadata of an answer that may be older than the staleness bound. */
const STALE_HEADER = 'keyward-stale';

/** So that a wait which is in vain ends in a refusal with its reason, just before the caller gives up. */
const REFUSAL_MARGIN_MS = 20;

export interface LookupCallParts {
  readonly service: EffectiveKeysService;
  readonly callers: Callers;
  readonly metrics: LookupMetrics;
  readonly clock: Clock;
  /** Longest wait for freshness, whatever deadline the call has. */
  readonly consistencyTimeoutMs: number;
}

/** What is gRPC's about both rpcs: who calls, the deadline, the stale flag, the measuring. */
export class LookupCalls {
  constructor(private readonly parts: LookupCallParts) {}

  async answer(question: Question, metadata: Metadata, call: UnaryCall): Promise<Answered> {
    const { clock, metrics } = this.parts;
    const { operation } = question;
    const startedAt = clock.monotonicMs();
    try {
      const answered = await this.#answer(question, metadata, call);
      metrics.answered(operation, answered.counts);
      if (answered.stale) this.#flagStale(question, call);
      return answered;
    } catch (error) {
      metrics.refused(operation, error);
      throw error;
    } finally {
      metrics.took(operation, clock.monotonicMs() - startedAt);
    }
  }

  async #answer(question: Question, metadata: Metadata, call: UnaryCall): Promise<Answered> {
    const { service, callers } = this.parts;
    const identified = callers.identify(metadata);
    const principal = identified instanceof Promise ? await identified : identified;
    return service.answer(question, principal, this.#patienceOf(call));
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
