import { ERROR_CODES, KeywardError, type ErrorCode } from '@keyward/contracts';
import type { CounterMetric, HistogramMetric, Metrics } from '@keyward/runtime';
import type { LookupOperation } from './addresses/address-checks.js';

const OPERATIONS = ['lookup', 'batchLookup'] as const satisfies readonly LookupOperation[];
export const OUTCOMES = ['found', 'not_set', 'disabled'] as const;
const CODES = Object.keys(ERROR_CODES) as ErrorCode[];

const SECONDS_LABELS = { operation: OPERATIONS } as const;
const ANSWER_LABELS = { operation: OPERATIONS, outcome: OUTCOMES } as const;
const REFUSAL_LABELS = { operation: OPERATIONS, code: CODES } as const;
const MILLISECONDS = 1_000;

/** How many of a call's addresses had which outcome. */
export type OutcomeCounts = Readonly<Record<(typeof OUTCOMES)[number], number>>;

/** What lookups report of themselves. Labels are closed lists: no id and nothing a caller sent. */
export class LookupMetrics {
  readonly #seconds: HistogramMetric<typeof SECONDS_LABELS>;
  readonly #answers: CounterMetric<typeof ANSWER_LABELS>;
  readonly #refusals: CounterMetric<typeof REFUSAL_LABELS>;
  readonly #stale: CounterMetric<typeof SECONDS_LABELS>;
  readonly #unreadable: CounterMetric<Record<never, never>>;

  constructor(metrics: Metrics) {
    this.#seconds = metrics.histogram({
      name: 'keyward_lookup_seconds',
      help: 'Time from receiving a lookup call to its answer or refusal.',
      labels: SECONDS_LABELS,
    });
    this.#answers = metrics.counter({
      name: 'keyward_lookup_answers_total',
      help: 'Addresses answered, by outcome.',
      labels: ANSWER_LABELS,
    });
    this.#refusals = metrics.counter({
      name: 'keyward_lookup_refusals_total',
      help: 'Lookup calls that were refused or failed, by code.',
      labels: REFUSAL_LABELS,
    });
    this.#stale = metrics.counter({
      name: 'keyward_lookup_stale_answers_total',
      help: 'Lookup calls answered beyond the staleness bound and flagged so.',
      labels: SECONDS_LABELS,
    });
    this.#unreadable = metrics.counter({
      name: 'keyward_lookup_unreadable_keys_total',
      help: 'Sealed keys that were asked for and are missing or do not open. Any increase needs an operator.',
    });
  }

  took(operation: LookupOperation, milliseconds: number): void {
    this.#seconds.observe(milliseconds / MILLISECONDS, { operation });
  }

  answered(operation: LookupOperation, counts: OutcomeCounts): void {
    for (const outcome of OUTCOMES) {
      if (counts[outcome] > 0) this.#answers.add(counts[outcome], { operation, outcome });
    }
  }

  refused(operation: LookupOperation, error: unknown): void {
    this.#refusals.inc({ operation, code: error instanceof KeywardError ? error.code : 'INTERNAL' });
  }

  stale(operation: LookupOperation): void {
    this.#stale.inc({ operation });
  }

  unreadable(): void {
    this.#unreadable.inc();
  }
}
