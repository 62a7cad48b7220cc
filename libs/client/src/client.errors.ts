import type { ErrorCode } from '@keyward/contracts';

/**
 * The server's stable codes, and the client's own: DEADLINE_EXCEEDED (no answer in time),
 * TOKEN_UNAVAILABLE (`token()` failed), WATCH_SILENT (a watch without heartbeats), CLIENT_CLOSED.
 * A newer server may send further ones.
 */
export type ClientErrorCode =
  ErrorCode | 'DEADLINE_EXCEEDED' | 'TOKEN_UNAVAILABLE' | 'WATCH_SILENT' | 'CLIENT_CLOSED' | (string & {});

export interface ClientErrorDetails {
  /** What the server said with its code, such as `index` or `field`. Never key bytes. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** The gRPC status number, when the error came over the wire. */
  readonly grpcStatus?: number;
  readonly cause?: unknown;
}

/** Thrown when Keyward refused, for example FORBIDDEN or UNKNOWN_PROJECT. Switch on `code`. */
export class KeywardClientError extends Error {
  readonly metadata: Readonly<Record<string, string>>;
  readonly grpcStatus: number | undefined;

  constructor(
    readonly code: ClientErrorCode,
    message: string,
    details: ClientErrorDetails = {},
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'KeywardClientError';
    this.metadata = details.metadata ?? {};
    this.grpcStatus = details.grpcStatus;
  }

  /** Seconds after which the server wants to be asked again, when it said so. */
  get retryAfterSeconds(): number | undefined {
    const seconds = Number(this.metadata['retryAfterSeconds'] ?? NaN);
    return Number.isFinite(seconds) && seconds >= 0 ? seconds : undefined;
  }
}

/**
 * Thrown when there is no answer now: the server is out of reach, too slow, or not fresh enough.
 * It never means "no key"; ask again later.
 */
export class KeywardUnavailableError extends KeywardClientError {
  constructor(code: ClientErrorCode, message: string, details: ClientErrorDetails = {}) {
    super(code, message, details);
    this.name = 'KeywardUnavailableError';
  }
}

export function closedError(): KeywardClientError {
  return new KeywardClientError('CLIENT_CLOSED', 'The Keyward client was closed; create a new one.');
}
