import { AnswerRound, type Answers, type Found } from './answer-round.js';
import type { KnownKeys } from './known-key.js';
import type { SealedKeys } from './sealed-keys.js';

/** Turns what the read model holds into answers, opening the sealed keys. */
export class KeyAnswers {
  constructor(
    private readonly sealedKeys: SealedKeys,
    private readonly known: KnownKeys,
  ) {}

  /**
   * Without waiting where all data keys are at hand; what is not is opened side by side and awaited
   * together.
   * @throws KeywardError UNAVAILABLE when a key that is set cannot be opened, also by rejection. What
   * was opened is then zeroed.
   */
  make(found: Found): Answers | Promise<Answers> {
    return new AnswerRound(found, this.sealedKeys, this.known).finish();
  }
}
