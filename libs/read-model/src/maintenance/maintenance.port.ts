import type { LogPosition } from '@keyward/contracts';
import type { ReadModel, ReadModelStatus, ReadModelWriter } from '../read-model.port.js';
import type { ReadModelRecord, RecordKey } from '../records.js';
import type { MaintenanceJob } from './maintenance-job.js';

/** Fills a generation beside the one that is served. */
export interface BesideWriter extends ReadModelWriter {
  /** Names what it fills. */
  readonly generation: string;
  /** Whether that is what is served by now. */
  isServed(): Promise<boolean>;
}

/** A record as the store holds it, also where that makes no sense. */
export interface StoredRecord {
  readonly key: RecordKey;
  /** Undefined where it cannot be read. */
  readonly record: ReadModelRecord | undefined;
}

/** How many projects hold a key of their own is kept apart from their records, and is another number than they say. */
export interface Miscount {
  readonly organizationId: string;
  readonly integrationId: string;
  readonly counted: number;
  readonly held: number;
}

export interface ScannedRecords {
  readonly records: readonly StoredRecord[];
  readonly miscounts: readonly Miscount[];
}

/** The records of one generation, for whoever compares them with the log. Reading them damages and mends nothing. */
export interface RecordSource {
  /** Every event up to here is in it. @throws ReadModelLostError when it is neither served nor built any more */
  position(): Promise<LogPosition>;
  /** In order; undefined where there is none. */
  find(keys: readonly RecordKey[]): Promise<readonly (StoredRecord | undefined)[]>;
  /** All that stay there from the beginning to the end, some perhaps twice; of one organization, or with null of all. */
  scan(organizationId: string | null): AsyncIterable<ScannedRecords>;
}

/**
 * An optional ability: to be built anew beside what is served, and to be compared with the log. Found with
 * {@link canBeMaintained}.
 */
export interface Maintained {
  /** As readers are told. */
  status(): Promise<ReadModelStatus>;

  /**
   * Begins a second building of what is served, from the start of the log. Readers see nothing of it until,
   * after its `markReady`, it is as far as what is served; then it takes that place in one step, and other
   * writers are told by ReadModelLostError. Begun again, it gives up the one under way.
   * @throws ReadModelLostError when nothing is served
   */
  rebuildBeside(storeId: string): Promise<BesideWriter>;

  /** Goes on with a building. @throws ReadModelLostError when it is no more */
  resumeBeside(storeId: string, generation: string): Promise<BesideWriter>;

  /** Gives up the building under way beside what is served, unless it is that one, and removes what there is of it. */
  dropBeside(except: string | null): Promise<void>;

  /** What is served now, or the building of that name. @throws ReadModelLostError when there is none */
  inspect(generation?: string): Promise<RecordSource>;

  /** What was asked for last, by whomever; undefined where nothing was. */
  job(): Promise<MaintenanceJob | undefined>;

  /** Puts it in the place of the job whose `revision` is one less; false when that one is not there. */
  putJob(job: MaintenanceJob): Promise<boolean>;
}

export function canBeMaintained<T extends ReadModel | ReadModelWriter>(store: T): store is T & Maintained {
  return typeof (store as Partial<Maintained>).rebuildBeside === 'function';
}
