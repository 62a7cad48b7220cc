/**
 * The stable codes of the HTTP API (`code` of a problem) and of the gRPC API (ErrorInfo `reason`),
 * each with its status on either side. This table is the only place where a code meets a status.
 * gRPC numbers are those of https://grpc.io/docs/guides/status-codes/.
 */
export const ERROR_CODES = {
  INVALID_REQUEST: { http: 400, grpc: 3, title: 'Invalid request' },
  UNAUTHENTICATED: { http: 401, grpc: 16, title: 'Not signed in' },
  FORBIDDEN: { http: 403, grpc: 7, title: 'Not allowed' },
  NOT_ENTITLED: { http: 403, grpc: 7, title: 'Enterprise plan needed' },
  NOT_ROLLED_OUT: { http: 403, grpc: 7, title: 'Not available to this organization yet' },
  NOT_FOUND: { http: 404, grpc: 5, title: 'No such resource' },
  UNKNOWN_ORGANIZATION: { http: 404, grpc: 5, title: 'Unknown organization' },
  UNKNOWN_PROJECT: { http: 404, grpc: 5, title: 'Unknown project' },
  UNKNOWN_INTEGRATION: { http: 404, grpc: 5, title: 'Unknown integration' },
  KEY_NOT_SET: { http: 404, grpc: 5, title: 'No key is set' },
  UNKNOWN_KEY_VERSION: { http: 404, grpc: 5, title: 'No such version of the key' },
  METHOD_NOT_ALLOWED: { http: 405, grpc: 12, title: 'Method not allowed' },
  REQUEST_TIMEOUT: { http: 408, grpc: 4, title: 'The request took too long' },
  KEY_VERSION_IN_USE: { http: 409, grpc: 9, title: 'The version is in use' },
  AUDIT_LOG_ALTERED: { http: 409, grpc: 15, title: 'The audit log is not what was signed' },
  READ_MODEL_BUSY: { http: 409, grpc: 9, title: 'The read model is being rebuilt or checked' },
  VERSION_CONFLICT: { http: 412, grpc: 10, title: 'The version has changed' },
  PAYLOAD_TOO_LARGE: { http: 413, grpc: 3, title: 'Request body too large' },
  UNSUPPORTED_MEDIA_TYPE: { http: 415, grpc: 3, title: 'Unsupported media type' },
  CREDENTIAL_KIND_NOT_SHAREABLE: { http: 422, grpc: 9, title: 'This kind of credential cannot be shared' },
  INVALID_KEY_FORMAT: { http: 422, grpc: 3, title: 'Not a key of this integration' },
  MASKED_VALUE: { http: 422, grpc: 3, title: 'This is a mask, not a key' },
  IDEMPOTENCY_KEY_REUSED: { http: 422, grpc: 9, title: 'Idempotency-Key already used' },
  HEADERS_TOO_LARGE: { http: 431, grpc: 3, title: 'Request headers too large' },
  RATE_LIMITED: { http: 429, grpc: 8, title: 'Too many requests' },
  SLOW_WATCHER: { http: 429, grpc: 8, title: 'The watcher reads too slowly' },
  INTERNAL: { http: 500, grpc: 13, title: 'Internal error' },
  UNAVAILABLE: { http: 503, grpc: 14, title: 'Temporarily unavailable' },
  STALE_READ_MODEL: { http: 503, grpc: 14, title: 'No answer fresh enough' },
} as const satisfies Record<string, { http: number; grpc: number; title: string }>;

export type ErrorCode = keyof typeof ERROR_CODES;

/** One field that broke a rule; `rule` says which and what to do. Never holds the value itself. */
export interface FieldViolation {
  readonly field: string;
  readonly rule: string;
}

/**
 * A refusal that the caller is meant to read. Thrown by handlers, turned into problem+json or a
 * gRPC status at the edge. `detail` is a sentence for people; it never holds key bytes.
 */
export class KeywardError extends Error {
  readonly violations: readonly FieldViolation[];
  readonly metadata: Readonly<Record<string, string>>;
  readonly retryAfterSeconds: number | undefined;

  constructor(
    readonly code: ErrorCode,
    detail: string,
    more: {
      violations?: readonly FieldViolation[];
      metadata?: Readonly<Record<string, string>>;
      retryAfterSeconds?: number;
      cause?: unknown;
    } = {},
  ) {
    super(detail, more.cause === undefined ? undefined : { cause: more.cause });
    this.name = 'KeywardError';
    this.violations = more.violations ?? [];
    this.metadata = more.metadata ?? {};
    this.retryAfterSeconds = more.retryAfterSeconds;
  }
}
