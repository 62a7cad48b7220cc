import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../../support/random.js';
import { checkCommands } from '../checker/check-commands.js';
import { checkListings } from '../checker/check-listings.js';
import { checkLog, checkPrefix } from '../checker/check-log.js';
import { checkLookups, checkReadModel } from '../checker/check-lookups.js';
import { checkWatch, type WatchFilter } from '../checker/check-watch.js';
import { LogView, type Place, type Violation } from '../checker/log-view.js';
import { Tally } from '../tally.js';
import type { History } from './history.js';
import type { HttpClient } from './http-client.js';
import { LookupWorkers } from './lookup-workers.js';
import type { ReadLog } from './read-log.js';
import { takeSnapshot, type Snapshot } from './snapshot.js';
import { SdkWatcher, StreamWatcher } from './watchers.js';
import { ORGANIZATIONS, type Tokens } from './world.js';
import { runWriters } from './writers.js';

export interface ClientParts {
  readonly history: History;
  readonly http: HttpClient;
  /** gRPC targets; one process may serve both. */
  readonly lookupTarget: string;
  readonly watchTarget: string;
  readonly random: Random;
  readonly tokens: Tokens;
}

/** Those who read during one round. */
export interface Readers {
  readonly workers: LookupWorkers;
  readonly streams: readonly StreamWatcher[];
  /** Resolves when all have stopped after the signal. */
  readonly reading: Promise<unknown>;
}

/** What they need of a Keyward, whether it is one process or several. */
export const CLIENT_SETTINGS = {
  KEYWARD_RATE_LIMIT_PRINCIPAL: '0',
  KEYWARD_RATE_LIMIT_ORGANIZATION: '0',
  // Where a watch that is not long gone resumes without a reset; smaller than a whole run, so that resets occur.
  KEYWARD_WATCH_WINDOW: '1000',
  KEYWARD_WATCH_HEARTBEAT: '200ms',
};

/** Nothing takes this long when all is well, on a loaded machine either. */
const PATIENCE_MS = 180_000;

/** Everybody who uses a Keyward that is killed, frozen or cut off, and what they saw held against its log. */
export class Clients {
  readonly tally = new Tally();
  private readonly watchers: readonly SdkWatcher[];
  private before = new LogView([]);

  constructor(readonly parts: ClientParts) {
    this.watchers = ORGANIZATIONS.flatMap(filtersOf).map(
      (filter) => new SdkWatcher(parts.history, filter, this.connection(filter)),
    );
  }

  get inFlight(): number {
    return this.parts.history.inFlight;
  }

  /** They read until the signal. Each stream begins anew, somewhere in the past. */
  read(signal: AbortSignal): Readers {
    const { history, random } = this.parts;
    const workers = new LookupWorkers(this.parts);
    const filters = ORGANIZATIONS.flatMap(filtersOf);
    const streams = filters.map((filter) => new StreamWatcher(history, filter, this.connection(filter)));
    const from = (): string => (history.positions.length === 0 ? '' : random.pick(history.positions));
    const reading = Promise.all([
      workers.run(signal),
      ...streams.map((stream) => stream.run(random.chance(0.2) ? '' : from(), signal)),
    ]);
    return { workers, streams, reading };
  }

  /** They write until the signal; resolves when the last one has stopped. */
  write(round: number, signal: AbortSignal): Promise<void> {
    return runWriters({ ...this.parts, round }, signal);
  }

  /** So many more answers to writes: on a slow machine as on a quick one the next step falls into work. */
  async untilAnswered(count: number): Promise<void> {
    const { history } = this.parts;
    const enough = history.answered + count;
    const limit = Date.now() + PATIENCE_MS;
    while (history.answered < enough) {
      if (Date.now() > limit) throw new Error('The writers are not answered any more');
      await sleep(1);
    }
  }

  /** A part of what is not known is asked again; some of it twice, to be answered alike. */
  async repeatUnknown(): Promise<void> {
    const { history, random, http } = this.parts;
    const unknown = [...history.commands.values()].filter(
      ({ outcomes }) => outcomes.at(-1)?.kind === 'unknown',
    );
    const repeated = unknown.filter(() => random.chance(0.6));
    const logged = new Set(this.before.changes.map(({ event }) => event.data.reason));
    this.tally.repeatsOfLogged += repeated.filter(({ id }) => logged.has(id)).length;
    await Promise.all(
      repeated.map(async (command) => {
        const { kind } = await history.send(command, http);
        if (kind === 'ok') await history.send(command, http);
      }),
    );
  }

  /** To be taken while nothing is written; taken again as long as parts of it are refused. */
  async snapshot(workers: LookupWorkers): Promise<Snapshot> {
    const limit = Date.now() + PATIENCE_MS;
    for (;;) {
      try {
        return await takeSnapshot(this.parts, workers);
      } catch (error) {
        if (Date.now() > limit) throw error;
        await sleep(100);
      }
    }
  }

  /** The watches of the SDK, which go on over all rounds, come to this place by themselves. */
  async untilWatched(head: Place): Promise<Violation[]> {
    const limit = Date.now() + PATIENCE_MS;
    const late = () => this.watchers.filter(({ through }) => through < head);
    while (late().length > 0 && Date.now() < limit) await sleep(20);
    return late().map(({ watch, through }) => ({
      rule: 'watch_stuck',
      what: `${watch.name} is at ${through} of ${head}`,
    }));
  }

  /** What was wrong about one round, of which this is the log. */
  check({ log, sealedKeyIds }: ReadLog, snapshot: Snapshot, { workers, streams }: Readers): Violation[] {
    const { history } = this.parts;
    const secretOf = history.secretsOf(log);
    const watches = streams.flatMap((stream) => stream.watches);
    const violations = [
      ...checkPrefix(this.before, log),
      ...checkLog(log, sealedKeyIds),
      ...checkCommands(log, history.commands.values()),
      ...checkReadModel(log, snapshot.answers, secretOf),
      ...snapshot.listings.flatMap((listings) => checkListings(log, listings)),
      ...checkLookups(log, workers.lookups, secretOf),
      ...watches.flatMap((watch) => checkWatch(log, watch)),
      ...this.refusals(workers, streams),
    ];
    this.before = log;
    this.tally.commandsOf(log, history.commands.values());
    this.tally.watched(watches);
    this.tally.lookups += workers.lookups.length;
    this.tally.unavailable += workers.unavailable;
    return violations;
  }

  /** The watches of the SDK from the first round on. */
  checkWatches(log: LogView): Violation[] {
    return this.watchers.flatMap(({ watch }) => checkWatch(log, watch));
  }

  async close(): Promise<void> {
    for (const watcher of this.watchers) watcher.close();
    await Promise.all(this.watchers.map(({ ended }) => ended));
    this.tally.watched(this.watchers.map(({ watch }) => watch));
    this.parts.http.close();
  }

  /** A server that dies gives no answer; whatever else a reader was refused with is wrong. */
  private refusals(workers: LookupWorkers, streams: readonly StreamWatcher[]): Violation[] {
    const refusals = [
      ...workers.refusals,
      ...streams.flatMap((stream) => stream.refusals),
      ...this.watchers.flatMap((watcher) => watcher.refusals),
    ];
    return refusals.map((what) => ({ rule: 'reader_refused', what }));
  }

  private connection({ organizationId }: WatchFilter): { target: string; token: string } {
    return { target: this.parts.watchTarget, token: this.parts.tokens.workers[organizationId]! };
  }
}

/** The place of the log up to which a snapshot asked. */
export function headOf({ answers }: Snapshot): Place {
  return Math.max(...answers.map(({ place }) => place));
}

/** One that sees all of the organization, one that sees two of its projects and one integration. */
function filtersOf(organizationId: string): WatchFilter[] {
  return [
    { organizationId, projectIds: null, integrationIds: null },
    { organizationId, projectIds: ['one', 'two'], integrationIds: ['serpapi'] },
  ];
}
