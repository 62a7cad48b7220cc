import { encodePosition } from '@keyward/contracts';
import type { EventStore } from '@keyward/event-store';
import type {
  AsOfPosition,
  Freshness,
  History,
  HistoryPage,
  HistoryQuery,
  KeyUses,
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

/** When keys were handed out last. */
export interface LastUsed {
  /** RFC 3339, UTC; null where never, and where it cannot be told. */
  readonly of: (keyId: string | undefined) => string | null;
  /** As of which position; null where nothing can be told now. */
  readonly lastUsedAsOf: string | null;
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

  async uses(
    slot: { readonly organizationId: string; readonly integrationId: string },
    requirement: Requirement,
  ): Promise<Answer<KeyUses & AsOfPosition>> {
    const { history, timeoutMs } = this.parts;
    return this.answer(await history.uses(slot, freshnessOf(requirement), timeoutMs));
  }

  /** Beside a listing: of keys that are in it, as the history happens to be. */
  async lastUses(keyIds: readonly string[]): Promise<LastUsed> {
    const found = await this.parts.history.lastUses(keyIds);
    if (!found) return { of: () => null, lastUsedAsOf: null };
    return {
      of: (keyId) => {
        const at = keyId === undefined ? undefined : found.lastUses.get(keyId);
        return at === undefined ? null : new Date(at).toISOString();
      },
      lastUsedAsOf: encodePosition(this.parts.events.storeId, found.position),
    };
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
