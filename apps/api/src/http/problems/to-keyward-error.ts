import { KeywardError, type ErrorCode } from '@keyward/contracts';
import { isEventStoreError } from '@keyward/event-store';
import { isKeywardError } from '@keyward/runtime';
import { isSealingError } from '@keyward/sealing';
import { HttpException } from '@nestjs/common';

const RETRY_AFTER_SECONDS = 1;

/** What the framework refuses by itself. Its own sentences are not passed on: they may quote the request. */
const BY_STATUS: Readonly<Record<number, readonly [ErrorCode, string]>> = {
  400: ['INVALID_REQUEST', 'The request is malformed: check its address, its headers and its body.'],
  404: ['NOT_FOUND', 'There is nothing at this address. GET /openapi.json lists what there is.'],
  405: ['METHOD_NOT_ALLOWED', 'This method is not known here. GET /openapi.json lists what there is.'],
  413: ['PAYLOAD_TOO_LARGE', 'The body is larger than this server accepts.'],
  414: ['INVALID_REQUEST', 'The address is too long.'],
  415: ['UNSUPPORTED_MEDIA_TYPE', 'The body must be JSON: send the header "Content-Type: application/json".'],
  503: ['UNAVAILABLE', 'The server is stopping. Try again.'],
};

/** Whatever was thrown, as a refusal that a caller may read. What nobody foresaw says nothing. */
export function toKeywardError(error: unknown): KeywardError {
  if (isKeywardError(error)) return error;
  if (isSealingError(error)) return ofSealing(error);
  return ofEventStore(error) ?? ofFramework(error) ?? internal(error);
}

function ofEventStore(error: unknown): KeywardError | undefined {
  if (isEventStoreError(error, 'UNAVAILABLE') || isEventStoreError(error, 'UNKNOWN_OUTCOME'))
    return unavailable('The event log is out of reach. Try again.', error);
  // Within the body limit and yet more than one event may hold: two long lists of the rollout.
  if (isEventStoreError(error, 'EVENT_TOO_LARGE'))
    return new KeywardError('PAYLOAD_TOO_LARGE', 'This is more than can be kept at once: shorten its lists.');
  return undefined;
}

function ofFramework(error: unknown): KeywardError | undefined {
  const status = statusOf(error);
  const known = status === undefined ? undefined : BY_STATUS[status];
  return (
    known &&
    new KeywardError(known[0], known[1], status === 503 ? { retryAfterSeconds: RETRY_AFTER_SECONDS } : {})
  );
}

/** What the server itself says of a path that it does not know. */
export function notFound(): KeywardError {
  return new KeywardError(...BY_STATUS[404]!);
}

function ofSealing(error: { readonly code: string } & Error): KeywardError {
  if (error.code === 'INVALID_SECRET') {
    const rule = 'must be well-formed Unicode';
    return new KeywardError('INVALID_REQUEST', `"secret" ${rule}.`, {
      violations: [{ field: 'secret', rule }],
    });
  }
  return unavailable(
    "Keys cannot be sealed or opened now; nothing was written. The server's log has the reason.",
    error,
  );
}

export function unavailable(sentence: string, cause: unknown): KeywardError {
  return new KeywardError('UNAVAILABLE', sentence, { retryAfterSeconds: RETRY_AFTER_SECONDS, cause });
}

function internal(cause: unknown): KeywardError {
  const sentence =
    "Something went wrong on the server's side. Its log has the details under this answer's instance.";
  return new KeywardError('INTERNAL', sentence, { cause });
}

/** Nest's exceptions and fastify's errors; a status on any other error may be anything. */
function statusOf(error: unknown): number | undefined {
  if (error instanceof HttpException) return error.getStatus();
  const { code, statusCode } = (error ?? {}) as { readonly code?: unknown; readonly statusCode?: unknown };
  const isFastify = typeof code === 'string' && code.startsWith('FST_ERR_');
  return isFastify && typeof statusCode === 'number' ? statusCode : undefined;
}
