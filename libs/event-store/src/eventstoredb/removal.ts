import type { EventStoreDBClient, StreamMetadata } from '@eventstore/db-client';
import {
  GRACE_MS,
  isOfType,
  onLeader,
  toReadError,
  toWriteError,
  unavailable,
  unknownOutcome,
  within,
} from './client-errors.js';
import type { LogReader } from './log-reader.js';

/**
 * Deleting streams and trimming them. EventStoreDB hides at once what was removed from reads of the stream; from
 * $all and from the disk it goes with the next scavenge.
 */
export class Removal {
  constructor(
    private readonly client: EventStoreDBClient,
    private readonly reader: LogReader,
    private readonly timeoutMs: number,
  ) {}

  /** A tombstone, since a soft-deleted stream could be written again; none for a stream that is not there. */
  async deleteStream(stream: string): Promise<void> {
    if (await this.reader.first(stream, { direction: 'backwards' })) {
      const options = { ...this.options(), expectedRevision: 'any' } as const;
      await this.write(stream, () => this.client.tombstoneStream(stream, options)).catch(unlessDeleted);
      return;
    }
    const { maxCount, truncateBefore, ...rest } = await this.metadataOf(stream);
    if (maxCount === undefined && truncateBefore === undefined) return;
    await this.writeMetadata(stream, rest).catch(unlessDeleted);
  }

  async setMaxCount(stream: string, maxCount: number): Promise<void> {
    const metadata = await this.metadataOf(stream);
    const raised = metadata.maxCount !== undefined && maxCount > metadata.maxCount;
    // Until a scavenge a higher count would show again what a lower one has hidden.
    const first = raised ? await this.reader.first(stream, {}) : undefined;
    const truncate = first ? { truncateBefore: Number(first.revision) } : {};
    await this.writeMetadata(stream, { ...metadata, ...truncate, maxCount });
  }

  /** Others may have put theirs into it (an access list): it is read, and written back. */
  private async metadataOf(stream: string): Promise<StreamMetadata> {
    try {
      const read = onLeader(() => this.client.getStreamMetadata(stream, { requiresLeader: true }));
      const late = () => unavailable(`it did not answer a read within ${this.timeoutMs} ms`);
      return (await within(this.timeoutMs, read, late)).metadata ?? {};
    } catch (error) {
      if (isOfType(error, 'stream-deleted')) return {};
      throw toReadError(error);
    }
  }

  private writeMetadata(stream: string, metadata: StreamMetadata): Promise<void> {
    return this.write(stream, () => this.client.setStreamMetadata(stream, metadata, this.options()));
  }

  private async write(stream: string, call: () => Promise<unknown>): Promise<void> {
    try {
      const late = () => unknownOutcome(stream, `no answer within ${this.timeoutMs} ms`);
      await within(this.timeoutMs + GRACE_MS, onLeader(call), late);
    } catch (error) {
      throw toWriteError(error, stream);
    }
  }

  private options() {
    return { deadline: this.timeoutMs, requiresLeader: true };
  }
}

function unlessDeleted(error: unknown): void {
  if ((error as { code?: unknown }).code !== 'STREAM_DELETED') throw error;
}
