import type { Recording } from './read-recorder.js';

/** Where it is told what is handed out, before it leaves. */
export abstract class HandOuts {
  /**
   * At once where nothing has to be waited for.
   * @throws KeywardError UNAVAILABLE, by rejection, when the keys must not be handed out
   */
  abstract record(recording: Recording): Promise<void> | undefined;
}

/** For KEYWARD_READ_AUDIT=off. */
export class UnrecordedHandOuts extends HandOuts {
  record(): undefined {
    return undefined;
  }
}
