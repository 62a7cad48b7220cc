import { LEDGER_STREAM_PREFIXES, type RemoteLedger } from '@keyward/audit';
import { START_OF_LOG, type LogPosition } from '@keyward/contracts';
import type { EventStore, RecordedEvent } from '@keyward/event-store';

/** So many are compared in one go: a few milliseconds of the ledger's thread. */
const BATCH = 200;

/**
 * Reads the whole log anew and has each event and head compared with what the ledger took when it was new. What it finds the
 * ledger keeps in mind.
 * @param through where the log ended when this was begun
 */
export async function checkLog(
  events: EventStore,
  ledger: Pick<RemoteLedger, 'recheck'>,
  through: LogPosition,
  signal: AbortSignal,
): Promise<void> {
  let after = START_OF_LOG;
  let batch: RecordedEvent[] = [];
  for await (const event of events.readAll({ filter: { streamPrefixes: LEDGER_STREAM_PREFIXES } })) {
    signal.throwIfAborted();
    batch.push(event);
    if (batch.length < BATCH) continue;
    await ledger.recheck(batch, after, event.position);
    [after, batch] = [event.position, []];
  }
  const end = batch.at(-1)?.position ?? after;
  await ledger.recheck(batch, after, end);
  await ledger.recheck([], end, through);
}
