import { isEventStoreError, type EventStore } from '@keyward/event-store';
import type { KeyReadEvent } from './key-read-events.js';
import type { PendingBatch, ReadsJournal, StreamHeads } from './reads-journal.js';

type Revision = bigint | 'no_stream';
type Log = Pick<EventStore, 'append' | 'readStream'>;

const AT_ONCE = 16;

/**
 * Journal -> event log, each event once, whatever is cut off where. An event is appended at the revision where its
 * stream was seen to end, which is on disk before the first try. Somebody else's event in between refuses that, and
 * what came in since is looked through for this very event before it is tried again.
 */
export class ReadShipper {
  /** Where streams ended after the last append. Only a guess: others append too. */
  private readonly ends = new Map<string, Revision>();

  constructor(private readonly log: Log) {}

  /**
   * Until nothing waits, or the signal aborts.
   * @throws EventStoreError where the log does not take an event now; to be called again.
   */
  async ship(journal: ReadsJournal, signal: AbortSignal): Promise<void> {
    for (let batch = journal.pending[0]; batch && !signal.aborted; batch = journal.pending[0]) {
      await this.shipBatch(journal, batch);
      await journal.done(batch);
    }
  }

  private async shipBatch(journal: ReadsJournal, batch: PendingBatch): Promise<void> {
    const events = await journal.read(batch);
    const streams = [...new Set(events.map(({ stream }) => stream))];
    const heads = journal.heads(batch) ?? (await this.headsOf(streams));
    if (!journal.heads(batch)) await journal.saveHeads(batch, heads);
    await eachOf(streams, (stream) => {
      const own = events.filter((event) => event.stream === stream);
      return this.appendTo(stream, own, toRevision(heads[stream]!));
    });
  }

  private async headsOf(streams: readonly string[]): Promise<StreamHeads> {
    const heads: Record<string, string> = {};
    await eachOf(streams, async (stream) => {
      heads[stream] = String(this.ends.get(stream) ?? (await this.endOf(stream)));
    });
    return heads;
  }

  private async appendTo(stream: string, events: readonly KeyReadEvent[], seen: Revision): Promise<void> {
    let end = seen;
    for (const event of events) end = await this.appendAfter(end, event);
    this.ends.set(stream, end);
  }

  /** Where the stream ends then, or further. */
  private async appendAfter(seen: Revision, { stream, event }: KeyReadEvent): Promise<Revision> {
    for (let end = seen; ;) {
      try {
        return (await this.log.append({ stream, expectedRevision: end, events: [event] })).revision;
      } catch (error) {
        if (!isEventStoreError(error, 'WRONG_EXPECTED_REVISION')) throw error;
        const since = await this.since(seen, stream);
        end = since.end ?? error.actual;
        if (since.ids.has(event.id)) return end;
      }
    }
  }

  private async since(
    seen: Revision,
    stream: string,
  ): Promise<{ readonly ids: ReadonlySet<string>; readonly end: Revision | undefined }> {
    const ids = new Set<string>();
    let end: Revision | undefined;
    const fromRevision = seen === 'no_stream' ? 0n : seen + 1n;
    for await (const { id, revision } of this.log.readStream(stream, { fromRevision })) {
      ids.add(id);
      end = revision;
    }
    return { ids, end };
  }

  private async endOf(stream: string): Promise<Revision> {
    for await (const { revision } of this.log.readStream(stream, { direction: 'backwards', maxCount: 1 }))
      return revision;
    return 'no_stream';
  }
}

function toRevision(text: string): Revision {
  return text === 'no_stream' ? text : BigInt(text);
}

/** @throws the first failure, when what was begun has ended */
async function eachOf<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  for (let at = 0; at < items.length; at += AT_ONCE) {
    const settled = await Promise.allSettled(items.slice(at, at + AT_ONCE).map(work));
    const failed = settled.find(({ status }) => status === 'rejected');
    if (failed) throw (failed as PromiseRejectedResult).reason;
  }
}
