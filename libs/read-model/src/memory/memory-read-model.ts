import { randomUUID } from 'node:crypto';
import { START_OF_LOG, comparePositions, type LogPosition } from '@keyward/contracts';
import { NOT_BOUND, ReadModelLostError } from '../read-model.errors.js';
import type {
  LookupAddress,
  LookupEntry,
  OrganizationSlots,
  PositionWaiter,
  ProjectSlots,
  ReadModel,
  ReadModelStatus,
  ReadModelWriter,
} from '../read-model.port.js';
import type {
  OrganizationRecord,
  ProjectRecord,
  ReadModelRecord,
  RecordKey,
  RolloutRecord,
  SlotRecord,
} from '../records.js';
import type { MaintenanceJob } from '../maintenance/maintenance-job.js';
import type { BesideWriter, Maintained, RecordSource } from '../maintenance/maintenance.port.js';
import { MemoryBuilder, REPLACED, type Surroundings } from './memory-builder.js';
import { MemoryRecordSource, type Held } from './memory-record-source.js';
import { MemoryRecords } from './memory-records.js';
import { PositionWaiters } from '../position-waiters.js';

/**
 * The read model in the memory of one process: both sides over one store, rebuilt from the log at
 * every start. Nothing here awaits, so every answer and every write is atomic.
 */
export class MemoryReadModel implements ReadModel, ReadModelWriter, PositionWaiter, Maintained {
  private records = new MemoryRecords();
  private readonly waiters = new PositionWaiters();
  private storeId: string | null = null;
  /** Whether what is here is of the log that the writer asked about last. */
  private bound = false;
  /** One object from write to write, because every lookup hands it out. */
  private current: ReadModelStatus = { ready: false, position: START_OF_LOG, heartbeat: 0 };
  /** Names what is served. */
  private generation = randomUUID();
  private building: MemoryBuilder | undefined;
  private currentJob: MaintenanceJob | undefined;

  status(): Promise<ReadModelStatus> {
    return Promise.resolve(this.current);
  }

  lookup(
    addresses: readonly LookupAddress[],
  ): Promise<{ status: ReadModelStatus; entries: readonly LookupEntry[] }> {
    const entries: LookupEntry[] = [];
    for (const address of addresses) entries.push(this.records.entry(address));
    return Promise.resolve({ status: this.current, entries });
  }

  organization(organizationId: string): Promise<OrganizationRecord | undefined> {
    return Promise.resolve(this.records.organization(organizationId));
  }

  project(organizationId: string, projectId: string): Promise<ProjectRecord | undefined> {
    return Promise.resolve(this.records.project(organizationId, projectId));
  }

  rollout(): Promise<RolloutRecord | undefined> {
    return Promise.resolve(this.records.rollout());
  }

  organizationSlots(
    organizationId: string,
    integrationIds: readonly string[],
  ): Promise<readonly OrganizationSlots[]> {
    return Promise.resolve(integrationIds.map((id) => this.records.organizationSlots(organizationId, id)));
  }

  projectSlots(
    organizationId: string,
    projectId: string,
    integrationIds: readonly string[],
  ): Promise<readonly ProjectSlots[]> {
    const slots = integrationIds.map((integrationId) => {
      const { organizationSlot, projectSlot } = this.records.entry({
        organizationId,
        projectId,
        integrationId,
      });
      return { integrationId, organizationSlot, projectSlot };
    });
    return Promise.resolve(slots);
  }

  slotsOfProjects(
    organizationId: string,
    integrationId: string,
    projectIds: readonly string[],
  ): Promise<readonly (SlotRecord | undefined)[]> {
    return Promise.resolve(projectIds.map((id) => this.records.slot(organizationId, id, integrationId)));
  }

  waitFor(position: LogPosition, signal: AbortSignal): Promise<void> {
    if (comparePositions(this.current.position, position) >= 0) return Promise.resolve();
    return this.waiters.wait(position, signal);
  }

  health(): Promise<{ readonly ok: boolean }> {
    return Promise.resolve({ ok: true });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  checkpoint(storeId: string): Promise<LogPosition | null> {
    this.bound = this.storeId === storeId;
    return Promise.resolve(this.bound ? this.current.position : null);
  }

  reset(storeId: string): Promise<void> {
    this.records = new MemoryRecords();
    this.generation = randomUUID();
    this.building = undefined;
    this.storeId = storeId;
    this.bound = true;
    this.current = { ready: false, position: START_OF_LOG, heartbeat: this.current.heartbeat };
    return Promise.resolve();
  }

  load(keys: readonly RecordKey[]): Promise<readonly (ReadModelRecord | undefined)[]> {
    return this.whenReset(() => keys.map((key) => this.records.find(key)));
  }

  write(records: readonly ReadModelRecord[], checkpoint: LogPosition): Promise<void> {
    return this.whenReset(() => {
      for (const record of records) this.records.put(record);
      this.advance({ ...this.current, position: checkpoint });
    });
  }

  markReady(): Promise<void> {
    return this.whenReset(() => this.advance({ ...this.current, ready: true }));
  }

  heartbeat(position: LogPosition): Promise<void> {
    return this.whenReset(() =>
      this.advance({ ...this.current, position, heartbeat: this.current.heartbeat + 1 }),
    );
  }

  private advance(next: ReadModelStatus): void {
    const moved = comparePositions(next.position, this.current.position) > 0;
    this.current = moved ? next : { ...next, position: this.current.position };
    if (moved) this.waiters.moveTo(next.position);
  }

  rebuildBeside(storeId: string): Promise<BesideWriter> {
    if (!this.current.ready || this.storeId !== storeId) return Promise.reject(nothingServed());
    this.building = new MemoryBuilder(this.surroundings);
    return Promise.resolve(this.building);
  }

  resumeBeside(_storeId: string, generation: string): Promise<BesideWriter> {
    const { building } = this;
    if (building?.generation !== generation) return Promise.reject(new ReadModelLostError(REPLACED));
    return Promise.resolve(building);
  }

  dropBeside(except: string | null): Promise<void> {
    if (this.building?.generation !== except) this.building = undefined;
    return Promise.resolve();
  }

  inspect(generation?: string): Promise<RecordSource> {
    if (generation === undefined && !this.current.ready) return Promise.reject(nothingServed());
    const source = new MemoryRecordSource(generation ?? this.generation, (name) => this.named(name));
    return source.position().then(() => source);
  }

  job(): Promise<MaintenanceJob | undefined> {
    return Promise.resolve(this.currentJob);
  }

  putJob(job: MaintenanceJob): Promise<boolean> {
    const follows = (this.currentJob?.revision ?? 0) + 1 === job.revision;
    if (follows) this.currentJob = job;
    return Promise.resolve(follows);
  }

  /** What a builder sees of the read model around it. */
  private readonly surroundings: Surroundings = {
    isUnderWay: (builder) => this.building === builder,
    isServed: (generation) => this.generation === generation,
    servedPosition: () => this.current.position,
    serve: ({ generation, records, position }) => {
      this.generation = generation;
      this.records = records;
      this.building = undefined;
      this.bound = false;
      this.advance({ ...this.current, position });
    },
  };

  private named(generation: string): Held | undefined {
    if (generation === this.generation) return { records: this.records, position: this.current.position };
    return generation === this.building?.generation ? this.building : undefined;
  }

  private whenReset<T>(step: () => T): Promise<T> {
    if (!this.bound) return Promise.reject(new ReadModelLostError(NOT_BOUND));
    return Promise.resolve(step());
  }
}

function nothingServed(): ReadModelLostError {
  return new ReadModelLostError('is not built yet');
}
