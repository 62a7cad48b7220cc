import { join } from 'node:path';
import type { EventStore } from '@keyward/event-store';
import type { Clock, HealthRegistry, Ids, LoopHandle, SupervisedLoop, Supervisor } from '@keyward/runtime';
import type { OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import { FolderJournalFiles } from './folder-journal-files.js';
import { HandOuts } from './hand-outs.port.js';
import type { JournalFiles } from './journal-files.port.js';
import type { Backlog, ReadAuditReport } from './read-audit.report.js';
import { ReadRecorder, type Recording, type WhenUnrecorded } from './read-recorder.js';
import { ReadShipper } from './read-shipper.js';
import { ReadsJournal } from './reads-journal.js';
import { UnusableJournalFiles } from './unusable-journal-files.js';

export interface ReadAuditParts {
  readonly events: EventStore;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly supervisor: Supervisor;
  readonly health: HealthRegistry;
  readonly report: ReadAuditReport;
}

export interface ReadAuditOptions {
  /** Of the journals of all processes that share this data folder. */
  readonly folder: string;
  readonly whenUnrecorded: WhenUnrecorded;
  readonly intervalMs: number;
  readonly backlogBytes: number;
}

/** At the end of the process, for the event log to take what was handed out last; else the journal keeps it. */
const LAST_TRY_MS = 3_000;

/** Records what is handed out: in the journal at once, in the event log once per interval. */
export class ReadAudit extends HandOuts implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly recorder: ReadRecorder;
  private readonly shipper: ReadShipper;
  private loop: SupervisedLoop | undefined;
  private timer: NodeJS.Timeout | undefined;
  private unregister: (() => void) | undefined;
  private wakeUp: () => void = () => undefined;

  private constructor(
    private readonly journals: readonly [ReadsJournal, ...ReadsJournal[]],
    private readonly parts: ReadAuditParts,
    private readonly options: ReadAuditOptions,
  ) {
    super();
    this.recorder = new ReadRecorder({ ...parts, ...options, journal: journals[0] });
    this.shipper = new ReadShipper(parts.events);
    parts.report.backlog = () => this.backlog();
  }

  /** @throws Error when the folder cannot be used, where hand-outs are refused then */
  static async open(parts: ReadAuditParts, options: ReadAuditOptions): Promise<ReadAudit> {
    // What was handed out of one log's keys belongs in no other.
    const files = await openFiles(join(options.folder, parts.events.storeId), options, parts.report);
    const [own, ...others] = files.map((each) => ReadsJournal.open({ ...parts, files: each }));
    return new ReadAudit([await own!, ...(await Promise.all(others))], parts, options);
  }

  record(recording: Recording): Promise<void> | undefined {
    return this.recorder.record(recording);
  }

  onApplicationBootstrap(): void {
    const { supervisor, health } = this.parts;
    const required = this.options.whenUnrecorded === 'refuse';
    this.loop = supervisor.run('read-audit', (signal, loop) => this.ship(signal, loop));
    this.timer = setInterval(() => void this.seal(), this.options.intervalMs);
    this.unregister = health.ready('read-audit', () => this.recorder.problem, { required });
  }

  /** After the servers have ended: nothing is handed out any more. */
  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    this.unregister?.();
    await this.loop?.stop();
    await this.recorder.seal();
    const late = AbortSignal.timeout(LAST_TRY_MS);
    const shipped = this.shipAll(late).catch(() => undefined);
    await Promise.race([shipped, new Promise((resolve) => late.addEventListener('abort', resolve))]);
    for (const journal of this.journals) await journal.close();
  }

  private async seal(): Promise<void> {
    await this.recorder.seal();
    this.wakeUp();
  }

  private async ship(signal: AbortSignal, loop: LoopHandle): Promise<void> {
    signal.addEventListener('abort', () => this.wakeUp());
    while (!signal.aborted) {
      const woken = new Promise<void>((resolve) => (this.wakeUp = resolve));
      await this.shipAll(signal);
      loop.progress();
      await woken;
    }
  }

  private async shipAll(signal: AbortSignal): Promise<void> {
    for (const journal of this.journals) await this.shipper.ship(journal, signal);
  }

  private backlog(): Backlog {
    const pending = this.journals.flatMap((journal) => journal.pending);
    const oldest = Math.min(...pending.map(({ since }) => since));
    const bytes = pending.reduce((sum, batch) => sum + batch.bytes, 0);
    const waited = pending.length === 0 ? 0 : this.parts.clock.now().getTime() - oldest;
    return { bytes, oldestSeconds: Math.max(0, waited / 1_000) };
  }
}

async function openFiles(
  folder: string,
  { whenUnrecorded }: ReadAuditOptions,
  report: ReadAuditReport,
): Promise<readonly [JournalFiles, ...JournalFiles[]]> {
  try {
    return await FolderJournalFiles.openAll(folder);
  } catch (error) {
    const { code, message } = error as { readonly code?: unknown; readonly message: string };
    const reason = typeof code === 'string' && code !== '' ? code : message;
    if (whenUnrecorded === 'refuse')
      throw new Error(
        `The journal of what is handed out cannot be kept in ${folder} (${reason}): make KEYWARD_DATA_DIR a folder ` +
          'that this user may write, or say with KEYWARD_READ_AUDIT what is to be done without.',
        { cause: error },
      );
    report.diskFailed(reason);
    return [new UnusableJournalFiles(reason)];
  }
}
