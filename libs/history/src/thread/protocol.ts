import type { LogPosition } from '@keyward/contracts';
import type { JsonObject, RecordedEvent } from '@keyward/event-store';
import type { HistoryFile } from '../sqlite/history-file.js';

/** What the thread can be asked for: what the file can do. */
export type HistoryCalls = {
  readonly last: () => ReturnType<HistoryFile['last']>;
  /** Events as {@link encodeEvents} makes them. */
  readonly apply: (events: string, through: LogPosition) => void;
  readonly reset: () => void;
  readonly read: HistoryFile['read'];
  readonly lastOfEach: HistoryFile['lastOfEach'];
  readonly audit: HistoryFile['audit'];
  /** The same with events as {@link encodeEvents} makes them. */
  readonly recheck: (events: string, after: LogPosition, through: LogPosition) => void;
  readonly uses: HistoryFile['usesOf'];
  readonly lastUses: HistoryFile['lastUses'];
  readonly close: () => void;
};

export interface ToHistoryThread {
  readonly id: number;
  readonly call: keyof HistoryCalls;
  readonly args: readonly unknown[];
}

/** An error in a form that survives the way between threads. */
export interface WireError {
  readonly name: string;
  readonly code: string | undefined;
  readonly message: string;
}

export type FromHistoryThread =
  | { readonly kind: 'ready' }
  | { readonly kind: 'refused'; readonly error: WireError }
  | { readonly kind: 'answer'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'failure'; readonly id: number; readonly error: WireError };

type WireEvent = readonly [
  commit: string,
  prepare: string,
  stream: string,
  revision: string,
  type: string,
  id: string,
  recordedAt: number,
  metadata: JsonObject,
  data: JsonObject,
];

/** One text for all: objects would cost the sending thread several times as much. */
export function encodeEvents(events: readonly RecordedEvent[]): string {
  return JSON.stringify(
    events.map(({ position, stream, revision, type, id, recordedAt, metadata, data }): WireEvent => {
      const [commit, prepare] = [String(position.commit), String(position.prepare)];
      return [commit, prepare, stream, String(revision), type, id, recordedAt.getTime(), metadata, data];
    }),
  );
}

export function decodeEvents(text: string): RecordedEvent[] {
  return (JSON.parse(text) as WireEvent[]).map(
    ([commit, prepare, stream, revision, type, id, recordedAt, metadata, data]) => ({
      position: { commit: BigInt(commit), prepare: BigInt(prepare) },
      stream,
      revision: BigInt(revision),
      type,
      id,
      recordedAt: new Date(recordedAt),
      metadata,
      data,
    }),
  );
}
