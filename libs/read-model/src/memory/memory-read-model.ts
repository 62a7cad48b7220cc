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
import { MemoryRecords } from './memory-records.js';
import { PositionWaiters } from '../position-waiters.js';

/**
 * The read model in the memory of one process: both sides over one store, rebuilt from the log at
 * every start. Nothing here awaits, so every answer and every write is atomic.
 */
export class MemoryReadModel implements ReadModel, ReadModelWriter, PositionWaiter {
  private readonly records = new MemoryRecords();
  private readonly waiters = new PositionWaiters();
  private storeId: string | null = null;
  /** Whether what is here is of the log that the writer asked about last. */
  private bound = false;
  /** One object from write to write, because every lookup hands it out. */
  private current: ReadModelStatus = { ready: false, position: START_OF_LOG, heartbeat: 0 };

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
    this.records.clear();
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

  private whenReset<T>(step: () => T): Promise<T> {
    if (!this.bound) return Promise.reject(new ReadModelLostError(NOT_BOUND));
    return Promise.resolve(step());
  }
}
