import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../support/free-port.js';
import type { Random } from '../support/random.js';
import { killInStart, startKeyward, type RunningKeyward } from '../support/standalone.js';
import { checkCommands } from './checker/check-commands.js';
import { checkListings } from './checker/check-listings.js';
import { checkLog, checkPrefix } from './checker/check-log.js';
import { checkLookups, checkReadModel } from './checker/check-lookups.js';
import { checkWatch, type WatchFilter } from './checker/check-watch.js';
import { LogView, type Violation } from './checker/log-view.js';
import { History } from './load/history.js';
import { HttpClient } from './load/http-client.js';
import { LookupWorkers } from './load/lookup-workers.js';
import { readLog, readLogOfDead, type ReadLog } from './load/read-log.js';
import { takeSnapshot, type Snapshot } from './load/snapshot.js';
import { SdkWatcher, StreamWatcher } from './load/watchers.js';
import { ORGANIZATIONS, makeTokens, register, type Tokens } from './load/world.js';
import { runWriters } from './load/writers.js';
import { Tally } from './tally.js';

interface RunParts {
  readonly dataDir: string;
  readonly random: Random;
  readonly env: Readonly<Record<string, string>>;
  readonly http: HttpClient;
  readonly target: string;
  readonly tokens: Tokens;
  readonly history: History;
}

/** What one life of the server left to be checked. */
interface Life {
  readonly snapshot: Snapshot;
  readonly workers: LookupWorkers;
  readonly streams: readonly StreamWatcher[];
}

/** Where a watch that is not long gone resumes without a reset; smaller than the whole run, so that resets occur. */
const WINDOW = '1000';

/** Nothing takes this long when all is well, on a loaded machine either. */
const PATIENCE_MS = 60_000;

/** One server that is killed again and again over one data folder, its clients, and what they saw. */
export class CrashRun {
  readonly tally = new Tally();
  private readonly watchers: readonly SdkWatcher[];
  private before = new LogView([]);
  private running: RunningKeyward | undefined;

  private constructor(private readonly parts: RunParts) {
    this.watchers = ORGANIZATIONS.flatMap((organizationId) =>
      filtersOf(organizationId).map(
        (filter) => new SdkWatcher(parts.history, filter, this.connection(filter)),
      ),
    );
  }

  /** Sets everything up in a first life of the server, which is killed too. */
  static async begin(dataDir: string, random: Random): Promise<CrashRun> {
    const [httpPort, grpcPort] = [await freePort(), await freePort()];
    const env = {
      KEYWARD_HTTP_PORT: String(httpPort),
      KEYWARD_GRPC_PORT: String(grpcPort),
      KEYWARD_RATE_LIMIT_PRINCIPAL: '0',
      KEYWARD_RATE_LIMIT_ORGANIZATION: '0',
      KEYWARD_WATCH_WINDOW: WINDOW,
      KEYWARD_WATCH_HEARTBEAT: '200ms',
    };
    const keyward = await startKeyward(dataDir, env);
    const tokens = makeTokens(dataDir);
    const http = new HttpClient(httpPort);
    await register(http, tokens.platform);
    await keyward.kill9();
    const history = new History((await readLogOfDead(dataDir)).storeId);
    return new CrashRun({ dataDir, random, env, http, target: keyward.grpcTarget, tokens, history });
  }

  /** One life under load, its end, and what was wrong about it. */
  async round(round: number): Promise<Violation[]> {
    const { dataDir, random, env, history, http, tokens } = this.parts;
    if (random.chance(0.2)) {
      await killInStart(dataDir, random.between(100, 2_000), env);
      this.tally.killsInStart++;
    }
    const load = new AbortController();
    // Before the server is there: whoever asks too early must get no answer rather than a wrong one.
    const { workers, streams, reading } = this.startReaders(load.signal);
    const keyward = await this.start();
    await this.repeatUnknown();
    const snapshot = await takeSnapshot(this.parts, workers);
    const writing = runWriters({ history, http, random, tokens, round }, load.signal);
    await this.untilBusy();
    this.tally.inFlightAtKills += history.inFlight;
    await keyward.kill9();
    load.abort();
    await Promise.all([reading, writing]);
    return this.check(await readLogOfDead(dataDir), { snapshot, workers, streams });
  }

  /** A last life in which all watches catch up, an orderly end, and a look at everything. */
  async finish(): Promise<Violation[]> {
    const load = new AbortController();
    const { workers, streams, reading } = this.startReaders(load.signal);
    const keyward = await this.start();
    await this.repeatUnknown();
    const snapshot = await takeSnapshot(this.parts, workers);
    const head = Math.max(...snapshot.answers.map(({ place }) => place));
    const late = await this.untilCaughtUp(head);
    load.abort();
    await reading;
    await this.endOf(keyward);
    const end = await readLog(this.parts.dataDir);
    const violations = this.check(end, { snapshot, workers, streams });
    this.tally.watched(this.watchers.map(({ watch }) => watch));
    return [...violations, ...late, ...this.watchers.flatMap(({ watch }) => checkWatch(end.log, watch))];
  }

  /** Lets go of the clients, and of the server that a failure left running. */
  async close(): Promise<void> {
    await this.running?.kill9();
    for (const watcher of this.watchers) watcher.close();
    await Promise.all(this.watchers.map(({ ended }) => ended));
    this.parts.http.close();
  }

  /** A random moment, counted in answers: on a slow machine as on a quick one the kill falls into work. */
  private async untilBusy(): Promise<void> {
    const { history, random } = this.parts;
    const enough = history.answered + random.between(1, 150);
    const limit = Date.now() + PATIENCE_MS;
    while (history.answered < enough) {
      if (Date.now() > limit) throw new Error('The writers are not answered any more');
      await sleep(1);
    }
    await sleep(random.between(0, 10));
  }

  private async start(): Promise<RunningKeyward> {
    return (this.running = await startKeyward(this.parts.dataDir, this.parts.env));
  }

  private startReaders(signal: AbortSignal) {
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

  /** A part of what is not known is asked again; some of it twice, to be answered alike. */
  private async repeatUnknown(): Promise<void> {
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

  private check({ log, sealedKeyIds }: ReadLog, { snapshot, workers, streams }: Life): Violation[] {
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
    return violations;
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

  private async untilCaughtUp(head: number): Promise<Violation[]> {
    const limit = Date.now() + PATIENCE_MS;
    const late = () => this.watchers.filter(({ through }) => through < head);
    while (late().length > 0 && Date.now() < limit) await sleep(20);
    return late().map(({ watch, through }) => ({
      rule: 'watch_stuck',
      what: `${watch.name} is at ${through} of ${head}`,
    }));
  }

  private async endOf(keyward: RunningKeyward): Promise<void> {
    const code = await keyward.stop();
    if (code !== 0) throw new Error(`Keyward ended with ${code}:\n${keyward.output()}`);
  }

  private connection({ organizationId }: WatchFilter): { target: string; token: string } {
    return { target: this.parts.target, token: this.parts.tokens.workers[organizationId]! };
  }
}

/** One that sees all of the organization, one that sees two of its projects and one integration. */
function filtersOf(organizationId: string): WatchFilter[] {
  return [
    { organizationId, projectIds: null, integrationIds: null },
    { organizationId, projectIds: ['one', 'two'], integrationIds: ['serpapi'] },
  ];
}
