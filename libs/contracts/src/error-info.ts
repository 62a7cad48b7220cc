import protobuf from 'protobufjs';
import { descriptor } from './generated/descriptor.js';
import type { ErrorCode } from './error-codes.js';

/** Trailer in which gRPC carries a google.rpc.Status. */
export const STATUS_DETAILS_TRAILER = 'grpc-status-details-bin';

const ERROR_DOMAIN = 'keyward';
const ERROR_INFO_TYPE_URL = 'type.googleapis.com/google.rpc.ErrorInfo';

const root = protobuf.Root.fromJSON(descriptor as protobuf.INamespace);
const Status = root.lookupType('google.rpc.Status');
const ErrorInfo = root.lookupType('google.rpc.ErrorInfo');

export interface DecodedErrorInfo {
  readonly reason: string;
  readonly metadata: Readonly<Record<string, string>>;
}

/** Bytes for the {@link STATUS_DETAILS_TRAILER} trailer (https://google.aip.dev/193). */
export function encodeErrorInfo(
  grpcCode: number,
  message: string,
  reason: ErrorCode,
  metadata: Readonly<Record<string, string>>,
): Buffer {
  const info = ErrorInfo.encode({ reason, domain: ERROR_DOMAIN, metadata }).finish();
  const details = [{ type_url: ERROR_INFO_TYPE_URL, value: info }];
  return Buffer.from(Status.encode({ code: grpcCode, message, details }).finish());
}

/** The ErrorInfo inside the trailer's bytes, or undefined when there is none of Keyward's. */
export function decodeErrorInfo(bytes: Uint8Array): DecodedErrorInfo | undefined {
  const status = Status.toObject(Status.decode(bytes)) as {
    details?: { type_url: string; value: Uint8Array }[];
  };
  for (const detail of status.details ?? []) {
    if (detail.type_url !== ERROR_INFO_TYPE_URL) continue;
    const info = ErrorInfo.toObject(ErrorInfo.decode(detail.value)) as {
      reason?: string;
      domain?: string;
      metadata?: Record<string, string>;
    };
    if (info.domain === ERROR_DOMAIN) return { reason: info.reason ?? '', metadata: info.metadata ?? {} };
  }
  return undefined;
}
