export { ERROR_CODES, KeywardError, type ErrorCode, type FieldViolation } from './error-codes.js';
export {
  STATUS_DETAILS_TRAILER,
  decodeErrorInfo,
  encodeErrorInfo,
  type DecodedErrorInfo,
} from './error-info.js';
export { keywardGrpc, keywardPackageDefinition } from './grpc.js';
export { lastFour, looksLikeMask, mask, maskFromLastFour } from './mask.js';
export {
  InvalidPositionError,
  START_OF_LOG,
  comparePositions,
  decodePosition,
  encodePosition,
  type LogPosition,
} from './position.js';
export { SPAN_ATTRIBUTES, slotAttributes, type SpanAttributes } from './span-attributes.js';
export { isTraceparent } from './traceparent.js';
export type { BatchLookupRequest__Output } from './generated/keyward/v1/BatchLookupRequest.js';
export type {
  BatchLookupResponse,
  BatchLookupResponse__Output,
} from './generated/keyward/v1/BatchLookupResponse.js';
export type {
  Change as ChangeMessage,
  Change__Output as ChangeMessage__Output,
} from './generated/keyward/v1/Change.js';
export type { Consistency, Consistency__Output } from './generated/keyward/v1/Consistency.js';
export type { EffectiveKeysClient } from './generated/keyward/v1/EffectiveKeys.js';
export type { KeyAddress, KeyAddress__Output } from './generated/keyward/v1/KeyAddress.js';
export type { KeyChangesClient } from './generated/keyward/v1/KeyChanges.js';
export type { LookupRequest__Output } from './generated/keyward/v1/LookupRequest.js';
export type { LookupResponse, LookupResponse__Output } from './generated/keyward/v1/LookupResponse.js';
export type { WatchRequest, WatchRequest__Output } from './generated/keyward/v1/WatchRequest.js';
export type { WatchResponse, WatchResponse__Output } from './generated/keyward/v1/WatchResponse.js';
