export {
  FreshReader,
  type FreshReaderOptions,
  type Judged,
  type StaleAnswers,
} from './freshness/fresh-reader.js';
export {
  MINIMIZE_LATENCY,
  parseRequirement,
  type ReadRequirement,
  type RequestedConsistency,
} from './freshness/read-requirement.js';
export { StalenessMonitor, type StalenessMonitorOptions } from './freshness/staleness-monitor.js';
export type { Difference, DifferenceKind, RecordFacts } from './comparing/difference.js';
export { compareWithLog, type Comparison } from './comparing/compare-with-log.js';
export {
  newJob,
  type Extent,
  type JobChange,
  type JobPhase,
  type JobRequest,
  type JobState,
  type MaintenanceJob,
} from './maintenance/maintenance-job.js';
export {
  canBeMaintained,
  type BesideWriter,
  type Maintained,
  type RecordSource,
} from './maintenance/maintenance.port.js';
export { MemoryReadModel } from './memory/memory-read-model.js';
export type { EvolvingEvent } from './projection/evolving-event.js';
export { Projection, type ProjectionOptions } from './projection/projection.js';
export { ProjectionError } from './projection/projection.errors.js';
export {
  PROJECTED_STREAM_PREFIXES,
  readProjectedEvent,
  type KeyMaterial,
} from './projection/projected-event.js';
export { openReadModel } from './open-read-model.js';
export {
  CorruptRecordError,
  ReadModelFullError,
  ReadModelLostError,
  ReadModelSetupError,
  ReadModelUnavailableError,
} from './read-model.errors.js';
export { ReadModelModule, type ReadModelModuleOptions } from './read-model.module.js';
export { readModelSettings, sharedReadModelSettings, type ReadModelSettings } from './read-model.settings.js';
export {
  HEARTBEAT_AGE_MS,
  ReadModel,
  ReadModelWriter,
  canBindToLog,
  canCheckSetup,
  canLease,
  canWaitForPosition,
  type HeldLease,
  type LogBound,
  type LookupAddress,
  type LookupEntry,
  type OrganizationSlots,
  type PositionWaiter,
  type ProjectSlots,
  type ReadModelStatus,
  type SetupChecked,
  type WriterLease,
} from './read-model.port.js';
export type {
  OrganizationRecord,
  ProjectRecord,
  ReadModelRecord,
  RecordKey,
  RolloutRecord,
  SlotRecord,
} from './records.js';
export { supersedes } from './supersedes.js';
