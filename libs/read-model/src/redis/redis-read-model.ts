import type { LogPosition } from '@keyward/contracts';
import type {
  HeldLease,
  LogBound,
  LookupAddress,
  PositionWaiter,
  ReadModel,
  ReadModelWriter,
  SetupChecked,
  WriterLease,
} from '../read-model.port.js';
import type { MaintenanceJob } from '../maintenance/maintenance-job.js';
import type { BesideWriter, Maintained, RecordSource } from '../maintenance/maintenance.port.js';
import type { ReadModelRecord, RecordKey } from '../records.js';
import { ReadModelSetupError } from '../read-model.errors.js';
import type { BreakerState } from './circuit-breaker.js';
import { EvictionCheck } from './eviction-check.js';
import { RedisJobBoard } from './job-board.js';
import { Keys } from './keys.js';
import { Marks } from './marks.js';
import { PositionPoller } from './position-poller.js';
import { RedisLease } from './projector-lease.js';
import { RedisConnection } from './redis-connection.js';
import type { RedisParts } from './read-rounds.js';
import { RedisReader } from './redis-reader.js';
import { RedisRecords } from './redis-records.js';
import { parseRedisUrl } from './redis-url.js';
import { RedisWriter } from './redis-writer.js';

export interface RedisReadModelOptions {
  /** Longest wait for one round trip, in milliseconds. @defaultValue 1000 */
  readonly timeoutMs?: number;
  /** How long a projector that died keeps the others waiting, in milliseconds. @defaultValue 5000 */
  readonly leaseMs?: number;
  readonly onBreaker?: (state: BreakerState) => void;
}

type Abilities = PositionWaiter & LogBound & SetupChecked & Maintained & WriterLease;

/** The read model in Redis or a Redis Cluster: both sides, shared by any number of processes. */
export class RedisReadModel implements ReadModel, ReadModelWriter, Abilities {
  private readonly parts: RedisParts;
  private readonly reader: RedisReader;
  private readonly writer: RedisWriter;
  private readonly poller: PositionPoller;
  private readonly leases: RedisLease;
  private readonly board: RedisJobBoard;

  /**
   * Connects in the background.
   * @param url see {@link parseRedisUrl}
   * @throws ReadModelSetupError when the address is malformed
   */
  constructor(url: string, { leaseMs, ...options }: RedisReadModelOptions = {}) {
    const address = parseRedisUrl(url);
    const connection = new RedisConnection(address, options);
    const keys = new Keys(address.prefix);
    const marks = new Marks(connection, keys);
    this.parts = { connection, keys, marks, eviction: new EvictionCheck(connection) };
    this.reader = new RedisReader(this.parts);
    this.writer = new RedisWriter(this.parts);
    this.board = new RedisJobBoard(this.parts);
    this.poller = new PositionPoller(() => this.reader.status());
    this.leases = new RedisLease({ connection, keys, ...(leaseMs === undefined ? {} : { ttlMs: leaseMs }) });
  }

  status() {
    return this.reader.status();
  }

  lookup(addresses: readonly LookupAddress[]) {
    return this.reader.lookup(addresses);
  }

  organization(organizationId: string) {
    return this.reader.organization(organizationId);
  }

  project(organizationId: string, projectId: string) {
    return this.reader.project(organizationId, projectId);
  }

  rollout() {
    return this.reader.rollout();
  }

  organizationSlots(organizationId: string, integrationIds: readonly string[]) {
    return this.reader.organizationSlots(organizationId, integrationIds);
  }

  projectSlots(organizationId: string, projectId: string, integrationIds: readonly string[]) {
    return this.reader.projectSlots(organizationId, projectId, integrationIds);
  }

  slotsOfProjects(organizationId: string, integrationId: string, projectIds: readonly string[]) {
    return this.reader.slotsOfProjects(organizationId, integrationId, projectIds);
  }

  waitFor(position: LogPosition, signal: AbortSignal): Promise<void> {
    return this.poller.waitFor(position, signal);
  }

  bindTo(storeId: string): void {
    this.reader.bindTo(storeId);
  }

  async checkSetup(): Promise<void> {
    try {
      await this.parts.eviction.check();
    } catch (error) {
      // Out of reach is no mistake in the settings: the process waits for it.
      if (error instanceof ReadModelSetupError) throw error;
    }
  }

  async health(): Promise<{ readonly ok: boolean; readonly detail?: string }> {
    try {
      await this.parts.eviction.check();
      await this.reader.status();
      return { ok: true };
    } catch (error) {
      return { ok: false, detail: error instanceof Error ? error.message : 'failed' };
    }
  }

  close(): Promise<void> {
    this.poller.close();
    return this.parts.connection.close();
  }

  checkpoint(storeId: string): Promise<LogPosition | null> {
    return this.writer.checkpoint(storeId);
  }

  reset(storeId: string): Promise<void> {
    return this.writer.reset(storeId);
  }

  load(keys: readonly RecordKey[]) {
    return this.writer.load(keys);
  }

  write(records: readonly ReadModelRecord[], checkpoint: LogPosition): Promise<void> {
    return this.writer.write(records, checkpoint);
  }

  markReady(): Promise<void> {
    return this.writer.markReady();
  }

  heartbeat(position: LogPosition): Promise<void> {
    return this.writer.heartbeat(position);
  }

  async rebuildBeside(storeId: string): Promise<BesideWriter> {
    const builder = new RedisWriter(this.parts, true);
    await builder.reset(storeId);
    return builder;
  }

  async resumeBeside(storeId: string, generation: string): Promise<BesideWriter> {
    const builder = new RedisWriter(this.parts, true);
    await builder.resume(storeId, generation);
    return builder;
  }

  dropBeside(except: string | null): Promise<void> {
    return this.writer.dropBeside(except);
  }

  async inspect(generation?: string): Promise<RecordSource> {
    const { parts } = this;
    const records =
      generation === undefined ? await RedisRecords.served(parts) : new RedisRecords(generation, parts);
    await records.position();
    return records;
  }

  job(): Promise<MaintenanceJob | undefined> {
    return this.board.job();
  }

  putJob(job: MaintenanceJob): Promise<boolean> {
    return this.board.putJob(job);
  }

  lease(signal: AbortSignal): Promise<HeldLease> {
    return this.leases.lease(signal);
  }
}
