/** The store is out of reach, too slow or refuses: ask again later. Nothing is known about what it holds. */
export class ReadModelUnavailableError extends Error {
  readonly code = 'UNAVAILABLE';

  constructor(problem: string) {
    super(`The read model ${problem}`);
    this.name = 'ReadModelUnavailableError';
  }
}

/** The store has no memory left: it takes no writes, and answers reads as before. */
export class ReadModelFullError extends ReadModelUnavailableError {
  constructor() {
    super("is refused by Redis: OOM, its memory is full (raise maxmemory, or the machine's memory)");
    this.name = 'ReadModelFullError';
  }
}

/**
 * What a writer built upon is no more: the store was emptied, went back to an older copy, lost
 * records, or holds another generation by now. The writer goes on from `checkpoint()` anew.
 */
export class ReadModelLostError extends Error {
  readonly code = 'READ_MODEL_LOST';

  constructor(problem: string) {
    super(`The read model ${problem}: go on from its checkpoint, or build it anew where there is none`);
    this.name = 'ReadModelLostError';
  }
}

/** Of a writer before its first `reset`, or after a `checkpoint` that was null. */
export const NOT_BOUND = 'belongs to no log, or to another one, and has to be reset first';

/** A record in the store cannot be read: altered by somebody else, or of a format that this version does not know. */
export class CorruptRecordError extends Error {
  readonly code = 'CORRUPT_RECORD';

  constructor(what: string) {
    super(`The read model holds ${what} that cannot be read: build it anew from the event log`);
    this.name = 'CorruptRecordError';
  }
}

/** The store is set up in a way that would break a promise. */
export class ReadModelSetupError extends Error {
  readonly code = 'INVALID_SETTING';

  constructor(problem: string) {
    super(`KEYWARD_READ_MODEL ${problem}`);
    this.name = 'ReadModelSetupError';
  }
}
