import { KeywardError, type Consistency__Output, type KeyAddress__Output } from '@keyward/contracts';
import { inSpan, type Tracing } from '@keyward/runtime';
import {
  MINIMIZE_LATENCY,
  parseRequirement,
  type FreshReader,
  type LookupEntry,
  type ReadModel,
  type ReadModelStatus,
  type ReadRequirement,
} from '@keyward/read-model';

/** What the read model holds for addresses, in their order, and as of where. */
export interface FreshEntries {
  readonly status: ReadModelStatus;
  readonly entries: readonly LookupEntry[];
  /** Whether it may be older than the staleness bound; only ever true when such answers are flagged. */
  readonly stale: boolean;
}

const RETRY_AFTER_SECONDS = 1;

const FIELD_OF = {
  minimizeLatency: 'consistency.minimize_latency',
  atLeastAsFresh: 'consistency.at_least_as_fresh',
  fullyConsistent: 'consistency.fully_consistent',
} as const;

/** Reads the read model as fresh as a call asks. */
export class FreshLookups {
  constructor(
    private readonly storeId: string,
    private readonly readModel: ReadModel,
    private readonly freshReader: FreshReader,
    private readonly tracing: Tracing,
  ) {}

  /**
   * @throws KeywardError INVALID_REQUEST for a consistency that cannot be meant; by rejection UNAVAILABLE
   * or STALE_READ_MODEL when there is no answer fresh enough within `patienceMs`.
   */
  read(
    addresses: readonly KeyAddress__Output[],
    consistency: Consistency__Output | null,
    patienceMs: number,
  ): Promise<FreshEntries> {
    const requirement = this.#requirementOf(consistency);
    const readOnce = () => this.readModel.lookup(addresses);
    return inSpan(this.tracing.child('read'), () =>
      this.freshReader.read(requirement, patienceMs, readOnce).catch(unavailable),
    );
  }

  #requirementOf(consistency: Consistency__Output | null): ReadRequirement {
    const level = consistency?.requirement;
    if (level === undefined) return MINIMIZE_LATENCY;
    // proto-loader may fill in the levels that were not sent: only the one named counts.
    const { [level]: asked, withinBound } = consistency!;
    return parseRequirement(this.storeId, { [level]: asked, withinBound }, FIELD_OF[level]);
  }
}

/** A read model out of reach is no answer. Readiness names it; its own error may name hosts and stays inside. */
function unavailable(error: unknown): never {
  if (error instanceof KeywardError) throw error;
  throw new KeywardError('UNAVAILABLE', 'The read model is out of reach. Try again.', {
    retryAfterSeconds: RETRY_AFTER_SECONDS,
    cause: error,
  });
}
