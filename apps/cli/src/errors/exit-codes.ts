import { ERROR_CODES, type ErrorCode } from '@keyward/contracts';

/** By kind of failure, so that a script can tell them apart. Part of the published interface. */
export const EXIT = {
  ok: 0,
  unexpected: 1,
  usage: 2,
  unauthenticated: 3,
  forbidden: 4,
  notFound: 5,
  conflict: 6,
  refusedValue: 7,
  rateLimited: 8,
  unavailable: 9,
  notVerified: 10,
  differs: 11,
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** As `keyward --help` and docs/cli.md show them. */
export const EXIT_CODE_MEANINGS: readonly (readonly [ExitCode, string])[] = [
  [EXIT.ok, 'done'],
  [EXIT.unexpected, 'something unexpected, here or in Keyward'],
  [EXIT.usage, 'wrong command, option, argument, setting or id'],
  [EXIT.unauthenticated, 'not signed in: no token, or one that is not accepted'],
  [EXIT.forbidden, 'not allowed, not on the Enterprise plan, or not in the rollout yet'],
  [EXIT.notFound, 'unknown organization, project, integration or version, or no key is set'],
  [
    EXIT.conflict,
    'the version is another one than --if-match or is in use, the idempotency key was used already, or the read model is being rebuilt or checked',
  ],
  [EXIT.refusedValue, 'the key is refused: wrong format, a mask, or of a kind that cannot be shared'],
  [EXIT.rateLimited, 'too many requests'],
  [EXIT.unavailable, 'Keyward cannot be reached or is not ready'],
  [EXIT.notVerified, 'the export, or the audit log itself, is not what Keyward signed'],
  [EXIT.differs, 'the read model is not what the event log says'],
  [EXIT.interrupted, 'interrupted by Ctrl-C'],
];

// Exhaustive by type: a new code cannot be forgotten here.
const BY_CODE: Readonly<Record<ErrorCode, ExitCode>> = {
  INVALID_REQUEST: EXIT.usage,
  UNAUTHENTICATED: EXIT.unauthenticated,
  FORBIDDEN: EXIT.forbidden,
  NOT_ENTITLED: EXIT.forbidden,
  NOT_ROLLED_OUT: EXIT.forbidden,
  NOT_FOUND: EXIT.notFound,
  UNKNOWN_ORGANIZATION: EXIT.notFound,
  UNKNOWN_PROJECT: EXIT.notFound,
  UNKNOWN_INTEGRATION: EXIT.notFound,
  KEY_NOT_SET: EXIT.notFound,
  UNKNOWN_KEY_VERSION: EXIT.notFound,
  METHOD_NOT_ALLOWED: EXIT.unexpected,
  REQUEST_TIMEOUT: EXIT.unavailable,
  KEY_VERSION_IN_USE: EXIT.conflict,
  AUDIT_LOG_ALTERED: EXIT.notVerified,
  READ_MODEL_BUSY: EXIT.conflict,
  VERSION_CONFLICT: EXIT.conflict,
  PAYLOAD_TOO_LARGE: EXIT.refusedValue,
  UNSUPPORTED_MEDIA_TYPE: EXIT.unexpected,
  CREDENTIAL_KIND_NOT_SHAREABLE: EXIT.refusedValue,
  INVALID_KEY_FORMAT: EXIT.refusedValue,
  MASKED_VALUE: EXIT.refusedValue,
  IDEMPOTENCY_KEY_REUSED: EXIT.conflict,
  HEADERS_TOO_LARGE: EXIT.unexpected,
  RATE_LIMITED: EXIT.rateLimited,
  SLOW_WATCHER: EXIT.rateLimited,
  INTERNAL: EXIT.unexpected,
  UNAVAILABLE: EXIT.unavailable,
  STALE_READ_MODEL: EXIT.unavailable,
};

export function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(ERROR_CODES, code);
}

/** The code of the API's error; one that this version does not know is unexpected. */
export function exitCodeOf(code: string): ExitCode {
  return isErrorCode(code) ? BY_CODE[code] : EXIT.unexpected;
}
