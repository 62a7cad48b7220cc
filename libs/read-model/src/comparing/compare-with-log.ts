import { setImmediate as nextTurn } from 'node:timers/promises';
import { comparePositions, type LogPosition } from '@keyward/contracts';
import { ROLLOUT_STREAM, streamOwner } from '@keyward/domain';
import type { EventStore, RecordedEvent } from '@keyward/event-store';
import { KEY_MATERIAL_PREFIX } from '@keyward/sealing';
import type { Extent } from '../maintenance/maintenance-job.js';
import type { Miscount, RecordSource, StoredRecord } from '../maintenance/maintenance.port.js';
import { PROJECTED_STREAM_PREFIXES, readProjectedEvent } from '../projection/projected-event.js';
import type { RecordKey } from '../records.js';
import type { Difference } from './difference.js';
import { judgeRecord } from './judge-record.js';

export interface Comparison {
  readonly log: Pick<EventStore, 'readAll' | 'readStream'>;
  readonly source: RecordSource;
  /** What the source has reached: as of here, or newer, it has to be what the log says. */
  readonly through: LogPosition;
  readonly extent: Extent;
  /** Null for all. */
  readonly organizationId: string | null;
  readonly random: () => number;
  /** So many are compared; that share of all there is to do is done. */
  readonly onProgress: (compared: number, share: number) => Promise<void>;
  readonly onDifference: (difference: Difference) => void;
  readonly signal: AbortSignal;
}

/** Records that are looked at together. */
const BATCH = 500;
/** Streams that are read at once. */
const AT_ONCE = 16;
/** A difference is told when it was found so often in a row: a key that is destroyed meanwhile looks like one for a moment. */
const ATTEMPTS = 3;
/** Of the whole: the reading of the log. */
const LOG_SHARE = 0.2;

/**
 * Names each difference between the records of a read model and the log. In memory that does not grow with either: the
 * log is read for what begins in it, and each record held against its own stream.
 * @throws ReadModelLostError when the records are served no more; ProjectionError at an event that cannot be read
 */
export async function compareWithLog(comparison: Comparison): Promise<void> {
  if (comparison.extent === 'none') return;
  const run = new Run(comparison);
  if (comparison.extent === 'whole') await run.all();
  else await run.sample(comparison.extent);
}

class Run {
  private compared = 0;

  constructor(private readonly parts: Comparison) {}

  async all(): Promise<void> {
    let records = 0;
    for await (const { keys, share } of this.beginnings()) {
      records += keys.length;
      const found = await this.parts.source.find(keys);
      const missing = keys.filter((_, n) => found[n] === undefined);
      await this.judge(missing.map((key) => ({ key, stored: undefined })));
      await this.parts.onProgress(this.compared, share * LOG_SHARE);
    }
    for await (const { records: stored, miscounts } of this.parts.source.scan(this.parts.organizationId)) {
      await this.judge(stored.map((each) => ({ key: each.key, stored: each })));
      this.compared += stored.length;
      for (const miscount of miscounts) this.parts.onDifference(differenceOf(miscount));
      const share = Math.min(1, this.compared / Math.max(records, 1));
      await this.parts.onProgress(this.compared, LOG_SHARE + share * (1 - LOG_SHARE));
      if (this.parts.signal.aborted) return;
    }
    // What is served no more was not compared.
    await this.parts.source.position();
  }

  /** Any record with the same chance (reservoir sampling), in one reading of the log. */
  async sample(size: number): Promise<void> {
    const chosen: RecordKey[] = [];
    let seen = 0;
    for await (const { keys, share } of this.beginnings()) {
      for (const key of keys) {
        const place = seen < size ? seen : Math.floor(this.parts.random() * (seen + 1));
        if (place < size) chosen[place] = key;
        seen += 1;
      }
      await this.parts.onProgress(0, share * LOG_SHARE);
    }
    for (let from = 0; from < chosen.length && !this.parts.signal.aborted; from += BATCH) {
      const keys = chosen.slice(from, from + BATCH);
      const found = await this.parts.source.find(keys);
      await this.judge(keys.map((key, n) => ({ key, stored: found[n] })));
      this.compared += keys.length;
      await this.parts.onProgress(
        this.compared,
        LOG_SHARE + (this.compared / chosen.length) * (1 - LOG_SHARE),
      );
    }
    await this.parts.source.position();
  }

  /** What the log holds records of, by the event that each of them begins with: revision 0, which is never removed. */
  private async *beginnings(): AsyncGenerator<{ keys: RecordKey[]; share: number }, void, undefined> {
    const { log, through, organizationId, signal } = this.parts;
    let keys: RecordKey[] = [];
    let read = 0;
    for await (const recorded of log.readAll({ filter: { streamPrefixes: prefixesOf(organizationId) } })) {
      if (signal.aborted || comparePositions(recorded.position, through) > 0) break;
      const begun = this.begunBy(recorded);
      if (begun) keys.push(begun);
      read += 1;
      if (read % BATCH !== 0) continue;
      yield { keys, share: shareOf(recorded.position, through) };
      keys = [];
      await nextTurn();
    }
    yield { keys, share: 1 };
  }

  private begunBy(recorded: RecordedEvent): RecordKey | undefined {
    const { organizationId } = this.parts;
    if (recorded.revision !== 0n) return undefined;
    const isAsked =
      organizationId === null || streamOwner(recorded.stream)?.organizationId === organizationId;
    return isAsked ? readProjectedEvent(recorded)?.key : undefined;
  }

  private async judge(all: readonly { key: RecordKey; stored: StoredRecord | undefined }[]): Promise<void> {
    for (let from = 0; from < all.length; from += AT_ONCE) {
      if (this.parts.signal.aborted) return;
      await Promise.all(all.slice(from, from + AT_ONCE).map(({ key, stored }) => this.judgeOne(key, stored)));
      await nextTurn();
    }
  }

  private async judgeOne(key: RecordKey, first: StoredRecord | undefined): Promise<void> {
    const { log, source, through, onDifference } = this.parts;
    let stored = first;
    for (let attempt = 1; ; attempt += 1) {
      const difference = await judgeRecord(log, key, stored, through);
      if (!difference) return;
      // Else the records of what was replaced meanwhile, and is being removed, would be called missing.
      await source.position();
      if (attempt === ATTEMPTS) return onDifference(difference);
      [stored] = await source.find([key]);
    }
  }
}

function shareOf(position: LogPosition, through: LogPosition): number {
  return Number((position.commit * 1000n) / (through.commit || 1n)) / 1000;
}

/** The streams that records fold. */
function prefixesOf(organizationId: string | null): string[] {
  const all = PROJECTED_STREAM_PREFIXES.filter((prefix) => prefix !== KEY_MATERIAL_PREFIX);
  if (organizationId === null) return all;
  return all.filter((prefix) => prefix !== ROLLOUT_STREAM).map((prefix) => `${prefix}${organizationId}`);
}

function differenceOf({ organizationId, integrationId, counted, held }: Miscount): Difference {
  const facts = (count: number) => ({ revision: null, version: count, state: 'projects with a key' });
  return {
    record: 'key',
    organizationId,
    projectId: null,
    integrationId,
    kind: 'miscounted',
    differsIn: ['overridingProjects'],
    log: facts(counted),
    readModel: facts(held),
  };
}
