import { Metadata, type status } from '@grpc/grpc-js';
import {
  ERROR_CODES,
  KeywardError,
  STATUS_DETAILS_TRAILER,
  encodeErrorInfo,
  type ErrorCode,
} from '@keyward/contracts';

/** What grpc-js makes a status of when a handler fails with it. */
export interface GrpcStatus {
  readonly code: number;
  readonly details: string;
  /** For the Error that grpc-js expects by type. */
  readonly message: string;
  readonly name: string;
  readonly metadata: Metadata;
}

/** The status of a refusal, with its stable code in google.rpc.ErrorInfo. */
export function statusOf(error: KeywardError): GrpcStatus {
  return makeStatus(error.code, error.message, {
    ...violationOf(error),
    ...(error.retryAfterSeconds === undefined ? {} : { retryAfterSeconds: String(error.retryAfterSeconds) }),
    ...error.metadata,
  });
}

/** For errors that say nothing to a caller. `id` is what the log has the real error under. */
export function internalStatus(id: string): GrpcStatus {
  const sentence = `Internal error; the server's log has the details under error id ${id}`;
  return makeStatus('INTERNAL', sentence, { errorId: id });
}

/** True for a {@link KeywardError}, also one of another copy of the class. */
export function isKeywardError(error: unknown): error is KeywardError {
  if (error instanceof KeywardError) return true;
  const code =
    error instanceof Error && error.name === 'KeywardError' ? (error as { code?: unknown }).code : undefined;
  return typeof code === 'string' && Object.hasOwn(ERROR_CODES, code);
}

function makeStatus(code: ErrorCode, sentence: string, info: Readonly<Record<string, string>>): GrpcStatus {
  const grpcCode: status = ERROR_CODES[code].grpc;
  // grpc-js puts the sentence through encodeURI, which throws on half a surrogate pair.
  const details = sentence.replace(/\p{Surrogate}/gu, '\uFFFD');
  const metadata = new Metadata();
  metadata.set(STATUS_DETAILS_TRAILER, encodeErrorInfo(grpcCode, details, code, info));
  return { code: grpcCode, details, message: details, name: 'GrpcStatus', metadata };
}

/** ErrorInfo holds texts only, so the first violation stands for all; the sentence can name more. */
function violationOf(error: KeywardError): Record<string, string> {
  const [first] = error.violations;
  return first ? { field: first.field, rule: first.rule } : {};
}
