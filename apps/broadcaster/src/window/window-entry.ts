import type { KeyChange } from '@keyward/change-log';
import type { LogPosition } from '@keyward/contracts';
import type { WatchResponse } from '@keyward/contracts';

/** A change in the window, with what all its watchers share. */
export class WindowEntry {
  /** Per project that was asked for: whether it overrides the organization slot that changed here. */
  readonly overrides = new Map<string, boolean>();
  /** How often it was delivered. */
  deliveries = 0;
  /** Messages already made, by the projects that they name as affected. */
  private messages: Map<string, WatchResponse> | null = null;

  constructor(
    /** Counts the changes as they arrived. */
    readonly place: number,
    readonly change: KeyChange,
    /** Everything up to here has been sent to a watcher that was sent this change. */
    readonly through: LogPosition,
  ) {}

  /** The same object for all watchers with the same affected projects, so that it is encoded once. */
  message(affected: readonly string[], make: () => WatchResponse): WatchResponse {
    this.messages ??= new Map();
    const name = affected.join('~');
    let message = this.messages.get(name);
    if (message === undefined) {
      message = make();
      this.messages.set(name, message);
    }
    return message;
  }

  /** Most watchers are up to date: old messages are made again for the few that are not. */
  dropMessages(): void {
    this.messages = null;
  }
}
