import type { Principal } from '@keyward/access';
import { KeywardError, type Consistency__Output, type KeyAddress__Output } from '@keyward/contracts';
import {
  MINIMIZE_LATENCY,
  parseRequirement,
  type FreshReader,
  type ReadModel,
  type ReadRequirement,
} from '@keyward/read-model';
import { checkAddresses, checkEntries, type LookupOperation } from './addresses/address-checks.js';
import type { Answers } from './answers/answer-round.js';
import type { KeyAnswers } from './answers/key-answers.js';
import type { PositionTokens } from './answers/position-tokens.js';
import type { LookupRateLimit } from './callers/lookup-rate-limit.js';

/** One call's question, as it came over the wire. */
export interface Question {
  readonly operation: LookupOperation;
  readonly addresses: readonly (KeyAddress__Output | null)[];
  readonly consistency: Consistency__Output | null;
}

export interface Answered extends Answers {
  /** Whether the answers may be older than the staleness bound; only ever true when such ones are flagged. */
  readonly stale: boolean;
}

export interface EffectiveKeysParts {
  readonly storeId: string;
  readonly readModel: ReadModel;
  readonly freshReader: FreshReader;
  readonly rateLimit: LookupRateLimit;
  readonly keyAnswers: KeyAnswers;
  readonly positions: PositionTokens;
}

const RETRY_AFTER_SECONDS = 1;

/** What both rpcs do: check, read as fresh as asked, decide, open. The precedence is effectiveKey()'s alone. */
export class EffectiveKeysService {
  constructor(private readonly parts: EffectiveKeysParts) {}

  /**
   * @param patienceMs longest wait for freshness, in milliseconds
   * @throws KeywardError; for one address of a batch its metadata has the `index`.
   */
  async answer(question: Question, principal: Principal, patienceMs: number): Promise<Answered> {
    const { operation, consistency } = question;
    this.parts.rateLimit.charge(principal, question.addresses.length);
    const addresses = checkAddresses(operation, question.addresses, principal);
    const requirement = this.#requirementOf(consistency);
    const { entries, status, stale } = await this.#read(addresses, requirement, patienceMs);
    checkEntries(operation, addresses, entries, principal);
    const position = this.parts.positions.tokenOf(status.position);
    const made = this.parts.keyAnswers.make({ operation, addresses, entries, position });
    const { responses, counts } = made instanceof Promise ? await made : made;
    return { responses, counts, stale };
  }

  #requirementOf(consistency: Consistency__Output | null): ReadRequirement {
    if (consistency?.requirement === undefined) return MINIMIZE_LATENCY;
    // proto-loader fills the levels that were not sent with their defaults: only the one named counts.
    const { requirement } = consistency;
    return parseRequirement(
      this.parts.storeId,
      { [requirement]: consistency[requirement] },
      FIELD_OF[requirement],
    );
  }

  #read(addresses: readonly KeyAddress__Output[], requirement: ReadRequirement, patienceMs: number) {
    const { freshReader, readModel } = this.parts;
    return freshReader.read(requirement, patienceMs, () => readModel.lookup(addresses)).catch(unavailable);
  }
}

const FIELD_OF = {
  minimizeLatency: 'consistency.minimize_latency',
  atLeastAsFresh: 'consistency.at_least_as_fresh',
  fullyConsistent: 'consistency.fully_consistent',
} as const;

/** A read model out of reach is no answer. Readiness names it; its own error may name hosts and stays inside. */
function unavailable(error: unknown): never {
  if (error instanceof KeywardError) throw error;
  throw new KeywardError('UNAVAILABLE', 'The read model is out of reach. Try again.', {
    retryAfterSeconds: RETRY_AFTER_SECONDS,
    cause: error,
  });
}
