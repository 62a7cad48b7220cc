import { Readable } from 'node:stream';
import { comparePositions, type LogPosition } from '@keyward/contracts';
import type { StreamOwner } from '@keyward/domain';

/** Whose changes are wanted. */
export interface FeedScope {
  readonly organizationId: string;
  /** Null: of the organization and all its projects. */
  readonly projectId: string | null;
}

export interface FeedEvent {
  readonly event: 'ready' | 'change' | 'applied' | 'used';
  readonly data: Readonly<Record<string, unknown>>;
}

/** A caller that reads so little is gone, or had better ask anew. */
const MAX_UNREAD_BYTES = 64 * 1024;

/** One caller's stream of server-sent events. */
export class ChangeFeed extends Readable {
  /** Only changes after this are told: what is replayed from before is no news. */
  private after: LogPosition | undefined;

  constructor(
    readonly scope: FeedScope,
    readonly subject: string,
  ) {
    super({ highWaterMark: MAX_UNREAD_BYTES });
  }

  wants({ organizationId, projectId }: StreamOwner): boolean {
    // What is no organization's own, the rollout, may concern each of them.
    if (organizationId !== null && organizationId !== this.scope.organizationId) return false;
    return this.scope.projectId === null || projectId === null || projectId === this.scope.projectId;
  }

  /** Answers whether that is news. */
  advanceTo(position: LogPosition): boolean {
    if (this.after && comparePositions(position, this.after) <= 0) return false;
    this.after = position;
    return true;
  }

  tell({ event, data }: FeedEvent): void {
    this.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  }

  /** Keeps what stands between from closing the connection. */
  beat(): void {
    this.write(':\n\n');
  }

  end(): void {
    if (!this.destroyed && !this.readableEnded) this.push(null);
  }

  override _read(): void {
    // Lines are pushed when there are any.
  }

  private write(text: string): void {
    if (this.destroyed) return;
    if (this.readableLength > MAX_UNREAD_BYTES) this.destroy();
    else this.push(text);
  }
}
