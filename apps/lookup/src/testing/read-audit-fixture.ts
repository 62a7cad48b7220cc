import { randomUUID } from 'node:crypto';
import type { HandOut, KeysHandedOut } from '@keyward/domain';
import { MemoryEventStore, type EventStore } from '@keyward/event-store';
import { Metrics } from '@keyward/runtime';
import type { HandedOutKey } from '../read-audit/hand-out-counts.js';
import { ReadAuditReport } from '../read-audit/read-audit.report.js';
import { ReadRecorder, type WhenUnrecorded } from '../read-audit/read-recorder.js';
import { ReadShipper } from '../read-audit/read-shipper.js';
import { ReadsJournal } from '../read-audit/reads-journal.js';
import { MemoryJournalFiles } from './memory-journal-files.js';

/** Noon of 1 March 2026. */
export const NOON = Date.UTC(2026, 2, 1, 12);

export interface RecorderChoices {
  readonly whenUnrecorded?: WhenUnrecorded;
  readonly backlogBytes?: number;
  readonly files?: MemoryJournalFiles;
  readonly events?: EventStore;
}

/** A recorder over a journal in memory, and a clock that a test sets. */
export class ReadAuditFixture {
  readonly time = { ms: NOON };
  readonly metrics = new Metrics(false);
  recorder!: ReadRecorder;
  journal!: ReadsJournal;

  private constructor(
    readonly files: MemoryJournalFiles,
    readonly events: EventStore,
  ) {}

  static async start(choices: RecorderChoices = {}): Promise<ReadAuditFixture> {
    const { files = new MemoryJournalFiles(), events = new MemoryEventStore() } = choices;
    const fixture = new ReadAuditFixture(files, events);
    await fixture.open(choices);
    return fixture;
  }

  async handOut(worker: string, ...keys: readonly HandedOutKey[]): Promise<void> {
    await this.recorder.record({ worker, keys, patienceMs: 5_000 });
  }

  async ship(): Promise<void> {
    await new ReadShipper(this.events).ship(this.journal, new AbortController().signal);
  }

  async flush(): Promise<void> {
    await this.recorder.seal();
    await this.ship();
  }

  /** What the log has of an organization. */
  async recorded(organizationId = 'acme'): Promise<HandOut[]> {
    const found: HandOut[] = [];
    for await (const { data } of this.events.readStream(`keyReads-${organizationId}`))
      found.push(...(data as unknown as KeysHandedOut['data']).handOuts);
    return found;
  }

  async metric(name: string): Promise<number> {
    const { body } = await this.metrics.render();
    return Number(new RegExp(`^${name} (.*)$`, 'm').exec(body)?.[1]);
  }

  private async open({
    whenUnrecorded = 'refuse',
    backlogBytes = 1_000_000,
  }: RecorderChoices): Promise<void> {
    const { files, time, metrics } = this;
    const clock = { now: () => new Date(time.ms), monotonicMs: () => time.ms };
    const ids = { uuid: () => randomUUID() };
    const journal = (this.journal = await ReadsJournal.open({ files, clock, ids }));
    const report = new ReadAuditReport(clock, metrics);
    this.recorder = new ReadRecorder({ journal, clock, ids, report, whenUnrecorded, backlogBytes });
  }
}

/** The organization's key of an integration, as one of its projects asked for it. */
export function keyOf(
  projectId: string,
  integrationId = 'openai',
  { organizationId = 'acme', version = 1 } = {},
): HandedOutKey {
  const keyId = `key-${organizationId}-${integrationId}-${version}`;
  return { projectId, binding: { organizationId, projectId: null, integrationId, keyId, version } };
}

/** A project's own. */
export function ownKeyOf(projectId: string, integrationId = 'openai'): HandedOutKey {
  const { binding } = keyOf(projectId, integrationId);
  return { projectId, binding: { ...binding, projectId, keyId: `key-of-${projectId}-${integrationId}` } };
}
