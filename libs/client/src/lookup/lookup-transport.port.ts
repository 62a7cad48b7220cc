import type { LookupResponse__Output } from '@keyward/contracts';
import type { Address, Consistency } from './lookup.js';

export interface Question {
  /** 1 to 500. */
  readonly addresses: readonly Address[];
  readonly consistency: Consistency;
  /** Monotonic milliseconds at which the answers are of no use any more. */
  readonly deadlineAt: number;
}

export interface Answers {
  /** In the order of the addresses, as many. */
  readonly responses: readonly LookupResponse__Output[];
  readonly stale: boolean;
}

/** Puts questions to a server. Tries again what is worth it before the deadline. */
export abstract class LookupTransport {
  /** @throws KeywardUnavailableError when there is no answer, KeywardClientError when it is refused. */
  abstract ask(question: Question): Promise<Answers>;
}
