import { encodePosition } from '@keyward/contracts';
import type { EventStore } from '@keyward/event-store';
import type {
  AsOfPosition,
  Freshness,
  History,
  HistoryPage,
  HistoryQuery,
  LastEntries,
  LastEntriesQuery,
} from '@keyward/history';
import type { AsOf, Requirement } from './consistent-reader.js';

export interface HistoryReaderParts {
  readonly events: Pick<EventStore, 'storeId'>;
  readonly history: History;
  /** Longest wait, in milliseconds. */
  readonly timeoutMs: number;
}

type Answer<T extends AsOfPosition> = Omit<T, keyof AsOfPosition> & AsOf;

/**
 * Reads the history as fresh as was asked. Not asked, it is as the log is now: a history that leaves
 * out what was done a moment ago looks like one in which it was not done.
 */
export class HistoryReader {
  constructor(private readonly parts: HistoryReaderParts) {}

  /** @throws KeywardError as {@link History.read} does */
  async read(wanted: HistoryQuery, requirement: Requirement): Promise<Answer<HistoryPage>> {
    const { history, timeoutMs } = this.parts;
    return this.answer(await history.read(wanted, freshnessOf(requirement), timeoutMs));
  }

  /** @throws KeywardError as {@link History.read} does */
  async lastOfEach(wanted: LastEntriesQuery, requirement: Requirement): Promise<Answer<LastEntries>> {
    const { history, timeoutMs } = this.parts;
    return this.answer(await history.lastOfEach(wanted, freshnessOf(requirement), timeoutMs));
  }

  private answer<T extends AsOfPosition>({ position, known: _known, ...found }: T): Answer<T> {
    return { ...found, position: encodePosition(this.parts.events.storeId, position) };
  }
}

function freshnessOf(requirement: Requirement): Freshness {
  if (requirement === null) return { kind: 'fully_consistent' };
  if (requirement.kind !== 'at_least_as_fresh') return requirement;
  const { position, field = 'at_least_as_fresh' } = requirement;
  return { kind: 'at_least_as_fresh', position, field };
}
