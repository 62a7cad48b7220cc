import { status, type Metadata } from '@grpc/grpc-js';
import { STATUS_DETAILS_TRAILER, decodeErrorInfo, type DecodedErrorInfo } from '@keyward/contracts';
import { KeywardClientError, KeywardUnavailableError, type ClientErrorCode } from '../client.errors.js';

/** What grpc-js fails a call with. Its own Error is not passed on: its text is all that is of use. */
interface CallFailure {
  readonly code: number;
  readonly details: string;
  readonly metadata?: Metadata;
}

/** For servers and proxies that answer without ErrorInfo. */
const CODE_OF_STATUS: Readonly<Record<number, ClientErrorCode>> = {
  [status.INVALID_ARGUMENT]: 'INVALID_REQUEST',
  [status.OUT_OF_RANGE]: 'INVALID_REQUEST',
  [status.NOT_FOUND]: 'NOT_FOUND',
  [status.PERMISSION_DENIED]: 'FORBIDDEN',
  [status.UNAUTHENTICATED]: 'UNAUTHENTICATED',
  [status.RESOURCE_EXHAUSTED]: 'RATE_LIMITED',
  [status.UNIMPLEMENTED]: 'METHOD_NOT_ALLOWED',
  [status.UNAVAILABLE]: 'UNAVAILABLE',
  [status.DEADLINE_EXCEEDED]: 'DEADLINE_EXCEEDED',
};

/** Statuses under which the server refused; under any other there is no answer. */
const REFUSALS: ReadonlySet<number> = new Set([
  status.INVALID_ARGUMENT,
  status.OUT_OF_RANGE,
  status.NOT_FOUND,
  status.PERMISSION_DENIED,
  status.UNAUTHENTICATED,
  status.RESOURCE_EXHAUSTED,
  status.FAILED_PRECONDITION,
  status.UNIMPLEMENTED,
]);

/** The client's error for whatever a call failed with. */
export function toClientError(error: unknown): KeywardClientError {
  if (error instanceof KeywardClientError) return error;
  if (!isCallFailure(error)) {
    return new KeywardUnavailableError('INTERNAL', 'The call failed inside the client; see the cause.', {
      cause: error,
    });
  }
  return fromCall(error);
}

function fromCall(failure: CallFailure): KeywardClientError {
  const info = infoOf(failure);
  const code = info?.reason || (CODE_OF_STATUS[failure.code] ?? 'INTERNAL');
  const details = { metadata: info?.metadata ?? {}, grpcStatus: failure.code };
  const sentence = info ? failure.details : withoutAnswer(failure);
  const Refusal = REFUSALS.has(failure.code) ? KeywardClientError : KeywardUnavailableError;
  return new Refusal(code, sentence, details);
}

/** Where the server said nothing of its own, grpc-js describes its inside; a reader needs to know what to do. */
function withoutAnswer({ code, details }: CallFailure): string {
  switch (code as status) {
    case status.DEADLINE_EXCEEDED:
      return 'Keyward did not answer in time.';
    case status.UNAVAILABLE: {
      const [cause] = /\bE[A-Z_]{3,}(?: \S*:\d+)?/.exec(details) ?? [];
      return `Keyward is out of reach${cause ? ` (${cause})` : ''}: check that it runs and that the address is right.`;
    }
    default:
      return details || `The call ended with gRPC status ${code}.`;
  }
}

function isCallFailure(error: unknown): error is CallFailure {
  const { code, details } = (error ?? {}) as Partial<CallFailure>;
  return typeof code === 'number' && typeof details === 'string';
}

function infoOf({ metadata }: CallFailure): DecodedErrorInfo | undefined {
  const [bytes] = metadata?.get(STATUS_DETAILS_TRAILER) ?? [];
  if (!(bytes instanceof Uint8Array)) return undefined;
  try {
    return decodeErrorInfo(bytes);
  } catch {
    // A proxy's own trailer is no reason to lose the status that came with it.
    return undefined;
  }
}
