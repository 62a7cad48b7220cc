import { setTimeout as delay } from 'node:timers/promises';
import { EventStoreError } from '../event-store.errors.js';

/**
 * What the client throws: its CommandErrors have a `type`, gRPC's own errors a numeric `code` only, and a failed
 * search for the cluster has neither.
 */
interface ClientError {
  readonly type?: string;
  readonly code?: number;
  readonly message: string;
}

/** gRPC's deadline of a write comes first; ours is for what lies outside the call, such as looking for the cluster. */
export const GRACE_MS = 500;

const INVALID_ARGUMENT = 3;
const PERMISSION_DENIED = 7;
const UNAUTHENTICATED = 16;

/** With these the call never left this process. */
const NEVER_SENT = /Failed to discover after|No connection established|Channel closed before call started/;

export function isOfType(error: unknown, ...types: readonly string[]): boolean {
  const { type } = error as ClientError;
  return type !== undefined && types.includes(type);
}

/** Everything else of a failed write means that it may or may not have been written. */
export function toWriteError(error: unknown, stream: string): EventStoreError {
  if (error instanceof EventStoreError) return error;
  if (isOfType(error, 'stream-deleted')) {
    return new EventStoreError('STREAM_DELETED', `stream ${stream} was deleted and cannot be written again`);
  }
  const { code, message } = error as ClientError;
  // Servers from 25 on have a limit for one event, too, which the client knows by its message only.
  if (code === INVALID_ARGUMENT || isOfType(error, 'maximum-append-size-exceeded')) {
    return new EventStoreError(
      'EVENT_TOO_LARGE',
      `an append to stream ${stream} is larger than the server takes: raise its MaxAppendSize to 4 MiB (${message})`,
    );
  }
  if (isRefused(error)) return refused();
  if (NEVER_SENT.test(message)) return unavailable(message);
  return unknownOutcome(stream, message);
}

export function unknownOutcome(stream: string, why: string): EventStoreError {
  return new EventStoreError(
    'UNKNOWN_OUTCOME',
    `EventStoreDB did not say whether it wrote to stream ${stream}: retry with the same event ids (${why})`,
  );
}

export function toReadError(error: unknown): EventStoreError {
  if (error instanceof EventStoreError) return error;
  return isRefused(error) ? refused() : unavailable((error as ClientError).message);
}

/**
 * After a change of leader the first call learns the new one, and the client connects to it. Nothing was done by
 * the call that learnt it, so it is simply made again.
 */
export async function onLeader<T>(call: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await call();
    } catch (error) {
      if (!isOfType(error, 'not-leader') || attempt === 5) throw error;
      await delay(attempt * 20);
    }
  }
}

/** @throws EventStoreError what `late` gives, when the work has not settled in time. The work goes on, unheard. */
export async function within<T>(ms: number, work: Promise<T>, late: () => EventStoreError): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(late()), ms);
  });
  try {
    return await Promise.race([work, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

/** @param what ends "EventStoreDB is out of reach: ..." */
export function unavailable(what: string): EventStoreError {
  return new EventStoreError('UNAVAILABLE', `EventStoreDB is out of reach: ${what}`);
}

function isRefused(error: unknown): boolean {
  const { code } = error as ClientError;
  return isOfType(error, 'access-denied') || code === PERMISSION_DENIED || code === UNAUTHENTICATED;
}

function refused(): EventStoreError {
  return new EventStoreError(
    'UNAVAILABLE',
    'EventStoreDB refuses this user: check user and password in KEYWARD_EVENT_STORE, and that the user may read ' +
      '$all and write',
  );
}
