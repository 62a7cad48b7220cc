import type { LogPosition } from '@keyward/contracts';
import type { KeyChange } from './key-change.js';

/** Where relaying into a new change log begins. */
export interface RelayStart {
  /** Changes up to and with this position are not relayed; the start of the log when all are. */
  readonly after: LogPosition;
  /** The event log's head at that moment: the change log is filled once it holds everything up to here. */
  readonly head: LogPosition;
}

export interface CheckpointOptions {
  /** Ends the waiting for another relay; the call then throws. */
  readonly signal?: AbortSignal;
  /** Called while another relay is at work. */
  readonly onStandby?: () => void;
}

/** The relay's side. One relay at a time: where several can reach the change log, the others wait in {@link checkpoint}. */
export abstract class ChangeLogWriter {
  /** How many past changes are worth relaying into an empty change log. */
  abstract readonly backfill: number;

  /**
   * Where the relay goes on: every change up to here is in the change log. Null: the change log is
   * new, or keeps nothing across restarts; the relay then calls {@link begin} and fills it. After an
   * error of any other method it has to be asked again: it may lie before what was appended.
   */
  abstract checkpoint(options?: CheckpointOptions): Promise<LogPosition | null>;

  /** Said once, before the first {@link append} into a change log that has no checkpoint. */
  abstract begin(start: RelayStart): Promise<void>;

  /**
   * Appends in this order, durably as far as the change log can. Delivery is at least once: after a
   * failure the same changes are appended again, so readers drop what they have seen.
   */
  abstract append(changes: readonly KeyChange[]): Promise<void>;

  /** Called after {@link append}: the log has been relayed up to here, changes or not. Never moves back. */
  abstract saveCheckpoint(position: LogPosition): Promise<void>;
}

export type ChangeLogMessage =
  | { readonly kind: 'changes'; readonly changes: readonly KeyChange[] }
  /** A message could not be read: every change up to `position` has been yielded, except perhaps what that one said. */
  | { readonly kind: 'missed'; readonly position: LogPosition }
  /** Every change up to `position` has been yielded, and everything there was when reading began if `caughtUp`. */
  | { readonly kind: 'progress'; readonly position: LogPosition; readonly caughtUp: boolean };

/** The broadcaster's side: every reader sees every change, in log order per slot, at least once. */
export abstract class ChangeLogReader {
  /**
   * Whether changes are in log order across all slots, repeats apart, so that each change is itself a
   * progress up to its position. Where it is false (partitions), only progress messages tell.
   */
  abstract readonly inLogOrder: boolean;

  /**
   * From the oldest change kept; then what comes, until aborted. Throws when the change log is out of
   * reach, and {@link ChangeLogTruncatedError} when the reader was so slow that changes it had not
   * read were dropped. Reading again then begins with the oldest kept; see {@link truncatedBefore}.
   */
  abstract read(signal: AbortSignal): AsyncIterable<ChangeLogMessage>;

  /** Changes up to and with this position may be missing from what {@link read} yields; null: nothing is. */
  abstract truncatedBefore(): Promise<LogPosition | null>;
}
