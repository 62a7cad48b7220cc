import { status } from '@grpc/grpc-js';
import { KeywardClientError } from '../client.errors.js';
import type { Flight } from './flight.js';
import type { Consistency } from './lookup.js';

const ONE_ADDRESS: ReadonlySet<number | undefined> = new Set([
  status.NOT_FOUND,
  status.PERMISSION_DENIED,
  status.INVALID_ARGUMENT,
]);

/** From here on a batch is full of addresses that are refused, and finding them one by one is slower. */
const MAX_SPLITS = 4;

/** Whether a batch may have been refused because of only one of its addresses. */
export function isRefusedForOneAddress(error: unknown): error is KeywardClientError {
  return error instanceof KeywardClientError && ONE_ADDRESS.has(error.grpcStatus);
}

/**
 * What to ask for instead of a refused batch: the address that the server named by itself and the
 * others together; or each by itself.
 */
export function splitAround<T>(items: readonly T[], error: KeywardClientError, splits: number): T[][] {
  const named = items[namedIndex(error)];
  if (named === undefined || splits >= MAX_SPLITS) return items.map((item) => [item]);
  return [[named], items.filter((item) => item !== named)];
}

function namedIndex({ metadata }: KeywardClientError): number {
  const index = metadata['index'] ?? '';
  return /^\d{1,3}$/.test(index) ? Number(index) : -1;
}

/**
 * Whether the server cannot use the position that this client put in by itself: its log was replaced
 * or restored. The caller has no part in that, and the log's head is a safe thing to ask for.
 */
export function isRefusedFloor(error: unknown, flight: Flight, consistency: Consistency): boolean {
  if (flight.needsHead || consistency.kind !== 'at_least_as_fresh') return false;
  const isOwn = flight.asked.kind === 'minimize_latency';
  if (!isOwn || !(error instanceof KeywardClientError)) return false;
  const { grpcStatus, metadata } = error;
  if (grpcStatus === status.OUT_OF_RANGE) return true;
  return grpcStatus === status.INVALID_ARGUMENT && (metadata['field'] ?? '').startsWith('consistency');
}
