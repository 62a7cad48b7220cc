export type EventStoreErrorCode =
  | 'WRONG_EXPECTED_REVISION'
  | 'STREAM_DELETED'
  | 'EVENT_TOO_LARGE'
  | 'INVALID_APPEND'
  | 'UNKNOWN_OUTCOME'
  | 'UNAVAILABLE'
  | 'STORE_IN_USE';

/** Check `code`, not the class: see {@link isEventStoreError}. */
export class EventStoreError extends Error {
  constructor(
    readonly code: EventStoreErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'EventStoreError';
  }
}

/** The stream is not at the revision the writer believed in. Carries where it really is. */
export class WrongExpectedRevisionError extends EventStoreError {
  constructor(
    readonly stream: string,
    readonly expected: bigint | string,
    readonly actual: bigint | 'no_stream',
  ) {
    super(
      'WRONG_EXPECTED_REVISION',
      `stream ${stream}: expected revision ${expected}, but it is at ${actual}`,
    );
  }
}

export function isEventStoreError<C extends EventStoreErrorCode>(
  error: unknown,
  code: C,
): error is C extends 'WRONG_EXPECTED_REVISION' ? WrongExpectedRevisionError : EventStoreError {
  return error instanceof Error && (error as Partial<EventStoreError>).code === code;
}
