export type ChangeLogErrorCode =
  | 'CHANGE_LOG_TRUNCATED'
  | 'MALFORMED_MESSAGE'
  /** It did not answer, or not in time: what was asked may have happened all the same. */
  | 'UNAVAILABLE'
  /** Another relay has taken over. */
  | 'RELAY_FENCED'
  /** It is there, but not as Keyward needs it; the message says what to change. */
  | 'SETUP';

/** Check `code`, not the class: see {@link isChangeLogError}. */
export class ChangeLogError extends Error {
  constructor(
    readonly code: ChangeLogErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'ChangeLogError';
  }
}

/** The reader fell behind what the change log keeps: changes it had not read are gone. */
export class ChangeLogTruncatedError extends ChangeLogError {
  constructor(readonly missed: number) {
    super(
      'CHANGE_LOG_TRUNCATED',
      `the reader fell behind: ${missed} changes that it had not read were dropped`,
    );
  }
}

/** Bytes that are no message of the topic. `problem` names the fields and rules, never what stood there. */
export class MalformedMessageError extends ChangeLogError {
  constructor(
    readonly problem: string,
    options?: ErrorOptions,
  ) {
    super('MALFORMED_MESSAGE', `not a keyward.key-change.v1 message: ${problem}`, options);
  }
}

export function isChangeLogError(error: unknown, code: ChangeLogErrorCode): error is ChangeLogError {
  return error instanceof Error && (error as Partial<ChangeLogError>).code === code;
}
