import type { Principal } from '@keyward/access';
import type { Consistency__Output, KeyAddress__Output } from '@keyward/contracts';
import { checkAddresses, checkEntries, type LookupOperation } from './addresses/address-checks.js';
import type { Answers } from './answers/answer-round.js';
import type { KeyAnswers } from './answers/key-answers.js';
import type { PositionTokens } from './answers/position-tokens.js';
import { zeroSecret } from './answers/zero-secrets.js';
import type { LookupRateLimit } from './callers/lookup-rate-limit.js';
import type { HandOuts } from './read-audit/hand-outs.port.js';
import type { FreshLookups } from './reading/fresh-lookups.js';

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

/** What both rpcs do: check, read as fresh as asked, decide, open, record. The precedence is effectiveKey()'s alone. */
export class EffectiveKeysService {
  // eslint-disable-next-line max-params -- the steps, in their order
  constructor(
    private readonly rateLimit: LookupRateLimit,
    private readonly freshLookups: FreshLookups,
    private readonly keyAnswers: KeyAnswers,
    private readonly positions: PositionTokens,
    private readonly handOuts: HandOuts,
  ) {}

  /**
   * @param patienceMs longest wait for freshness, in milliseconds
   * @throws KeywardError; for one address of a batch its metadata has the `index`.
   */
  async answer(question: Question, principal: Principal, patienceMs: number): Promise<Answered> {
    const { operation, consistency } = question;
    this.rateLimit.charge(principal, question.addresses.length);
    const addresses = checkAddresses(operation, question.addresses, principal);
    const { entries, status, stale } = await this.freshLookups.read(addresses, consistency, patienceMs);
    checkEntries(operation, addresses, entries, principal);
    const position = this.positions.tokenOf(status.position);
    const made = this.keyAnswers.make({ operation, addresses, entries, position });
    const answers = made instanceof Promise ? await made : made;
    const recorded = this.record(answers, principal, patienceMs);
    if (recorded) await recorded;
    const { responses, counts, handedOut } = answers;
    return { responses, counts, handedOut, stale };
  }

  /** What cannot be recorded does not leave. */
  private record(
    { responses, handedOut }: Answers,
    { subject: worker }: Principal,
    patienceMs: number,
  ): Promise<void> | undefined {
    if (handedOut.length === 0) return undefined;
    return this.handOuts.record({ worker, keys: handedOut, patienceMs })?.catch((error: unknown) => {
      responses.forEach(zeroSecret);
      throw error;
    });
  }
}
