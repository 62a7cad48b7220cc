import { setTimeout as sleep } from 'node:timers/promises';
import { isPoison, readTopic } from '@keyward/change-log/testing';
import { freePort } from '../../support/free-port.js';
import type { Random } from '../../support/random.js';
import { checkCuts } from '../checker/check-cuts.js';
import { checkTopic } from '../checker/check-topic.js';
import { holdsKeyBytes } from '../checker/key-bytes.js';
import type { Violation } from '../checker/log-view.js';
import { CLIENT_SETTINGS, Clients, headOf, type ClientParts, type Readers } from '../load/clients.js';
import { History } from '../load/history.js';
import { HttpClient } from '../load/http-client.js';
import { LookupWorkers } from '../load/lookup-workers.js';
import { readLogAt } from '../load/read-log.js';
import type { Snapshot } from '../load/snapshot.js';
import { makeTokens, register } from '../load/world.js';
import { APPS, AppCopy, type AppName } from './app-copy.js';

export interface DistributedOptions {
  /** Settings of all apps: KEYWARD_DATA_DIR, the three parts that they share, KEYWARD_KEK, and what the test wants. */
  readonly env: Readonly<Record<string, string>>;
  readonly random: Random;
  /** How many of each app; one where it is not said. */
  readonly copies?: Partial<Record<AppName, number>>;
}

interface RunParts {
  readonly env: Readonly<Record<string, string>>;
  readonly random: Random;
  readonly apps: readonly AppCopy[];
  readonly clients: Clients;
}

/** How long everything may take to be well again by itself after the fault has gone. */
const RECOVERY_MS = 90_000;

/** All apps as processes of their own, their clients, and what they saw, over rounds of one fault each. */
export class DistributedRun {
  private rounds = 0;

  private constructor(private readonly parts: RunParts) {}

  /** With which a test asks for itself. */
  get clientParts(): ClientParts {
    return this.parts.clients.parts;
  }

  get tally() {
    return this.parts.clients.tally;
  }

  /** Resolves when all apps are ready and know the world of the clients. Where that fails, none is left running. */
  static async begin(options: DistributedOptions): Promise<DistributedRun> {
    const { env, random } = options;
    const apps = await makeCopies(options);
    const portsOf = (name: AppName, which: 'httpPort' | 'grpcPort'): number[] =>
      apps.filter((app) => app.name === name).map((app) => app[which]);
    try {
      await Promise.all(apps.map((app) => app.start()));
      throwIfAny(await untilWell(apps));
      const tokens = makeTokens(env['KEYWARD_DATA_DIR']!);
      const http = new HttpClient(...portsOf('api', 'httpPort'));
      await register(http, tokens);
      const { storeId } = await readLogAt(env['KEYWARD_EVENT_STORE']!);
      const parts = {
        history: new History(storeId),
        http,
        lookupTarget: targetOf(portsOf('lookup', 'grpcPort')),
        watchTarget: targetOf(portsOf('broadcaster', 'grpcPort')),
        random,
        tokens,
      };
      await untilKnown(parts);
      return new DistributedRun({ env, random, apps, clients: new Clients(parts) });
    } catch (error) {
      await Promise.all(apps.map((app) => app.kill9()));
      throw error;
    }
  }

  copiesOf(name: AppName): readonly AppCopy[] {
    return this.parts.apps.filter((app) => app.name === name);
  }

  /** Resolves when the writers have so many more answers: for the time that a fault takes. */
  untilAnswered(count: number): Promise<void> {
    return this.parts.clients.untilAnswered(count);
  }

  /**
   * A fault under load, and what was wrong about what came of it.
   * @param fault resolves when it is over: what it stopped runs again, what it cut is whole; nothing need be ready
   */
  async round(fault: () => Promise<void>): Promise<Violation[]> {
    const { clients } = this.parts;
    const reading = new AbortController();
    const readers = clients.read(reading.signal);
    try {
      await this.load(fault);
      const unwell = await untilWell(this.parts.apps);
      if (unwell.length > 0) return unwell;
      await clients.repeatUnknown();
      const snapshot = await clients.snapshot(readers.workers);
      const late = await clients.untilWatched(headOf(snapshot));
      reading.abort();
      await readers.reading;
      return [...late, ...(await this.check(snapshot, readers))];
    } finally {
      reading.abort();
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.parts.apps.map((app) => app.kill9()));
    await this.parts.clients.close();
  }

  private async load(fault: () => Promise<void>): Promise<void> {
    const { clients, random } = this.parts;
    const writing = new AbortController();
    const written = clients.write(++this.rounds, writing.signal);
    try {
      await clients.untilAnswered(random.between(1, 100));
      this.tally.inFlightAtFaults += clients.inFlight;
      await fault();
      await clients.untilAnswered(random.between(1, 100));
    } finally {
      writing.abort();
      await written;
    }
  }

  private async check(snapshot: Snapshot, readers: Readers): Promise<Violation[]> {
    const { clients, env, apps } = this.parts;
    const read = await readLogAt(env['KEYWARD_EVENT_STORE']!);
    const messages = (await readTopic(env['KEYWARD_CHANGE_LOG']!)).filter((message) => !isPoison(message));
    const leaks = apps.filter((app) => holdsKeyBytes(app.output()));
    this.tally.topicOf(read.log, messages);
    return [
      ...clients.check(read, snapshot, readers),
      ...clients.checkWatches(read.log),
      ...checkTopic(read.log, messages, read.storeId),
      ...(read.relayCheckpoint ? checkCuts(read.log, messages, read.relayCheckpoint) : []),
      ...leaks.map(({ name }) => ({ rule: 'key_bytes', what: `in what ${name} printed` })),
    ];
  }
}

async function makeCopies({ env, copies }: DistributedOptions): Promise<AppCopy[]> {
  const settings = { ...CLIENT_SETTINGS, ...env };
  const names = APPS.flatMap((name) => Array.from({ length: copies?.[name] ?? 1 }, () => name));
  const ports = new Set<number>();
  while (ports.size < 2 * names.length) ports.add(await freePort());
  const [...free] = ports;
  return names.map((name) => new AppCopy(name, settings, free.pop()!, free.pop()!));
}

/** Resolves when all are ready and none is behind, without help; or to what is wrong after {@link RECOVERY_MS}. */
async function untilWell(apps: readonly AppCopy[]): Promise<Violation[]> {
  const limit = Date.now() + RECOVERY_MS;
  for (;;) {
    const problems = (await Promise.all(apps.map((app) => app.problem()))).filter(
      (each) => each !== undefined,
    );
    if (problems.length === 0 || Date.now() > limit)
      return problems.map((what) => ({ rule: 'not_recovered', what }));
    await sleep(50);
  }
}

/** Whoever watches an organization that the read model does not know yet is refused for good. */
async function untilKnown(parts: ClientParts): Promise<void> {
  const workers = new LookupWorkers(parts);
  await workers.everything();
  workers.close();
}

function throwIfAny([first]: readonly Violation[]): void {
  if (first) throw new Error(first.what);
}

/** gRPC's name for several addresses of which any will do. */
function targetOf(ports: readonly number[]): string {
  return `ipv4:${ports.map((port) => `127.0.0.1:${port}`).join(',')}`;
}
