export { connectionSettings } from './connection/connection.settings.js';
export { isLoopback } from './connection/loopback.js';
export { FileLock } from './files/file-lock.js';
export { createPrivateFile, readPrivateFile } from './files/private-file.js';
export { GrpcController, GrpcErrorFilter } from './grpc/grpc-error.filter.js';
export { GrpcServer, type GrpcServerOptions, type GrpcTls } from './grpc/grpc-server.js';
export { grpcServerOptions, type GrpcMicroserviceOptions } from './grpc/grpc-server-options.js';
export { grpcOptionsFrom, grpcSettings, type GrpcSettings } from './grpc/grpc.settings.js';
export { isKeywardError, type GrpcStatus } from './grpc/grpc-status.js';
export {
  drained,
  rawServerStream,
  type AnyServerStream,
  type RawStreamBody,
  type RawStreamOptions,
} from './grpc/raw-server-stream.js';
export {
  HealthRegistry,
  type CheckOptions,
  type HealthCheck,
  type HealthKind,
  type HealthReport,
  type PartReport,
} from './health/health-registry.js';
export { createLogger, type LogOutput, type LoggerSettings } from './logging/logger.js';
export { scrub } from './logging/scrub.js';
export { identifier, type LabelRule, type LabelRules, type LabelsOf } from './metrics/labels.js';
export {
  Metrics,
  type CounterMetric,
  type GaugeMetric,
  type HistogramMetric,
  type HistogramOptions,
  type MetricDescription,
  type MetricOptions,
} from './metrics/metrics.js';
export { OperationsModule } from './operations/operations.module.js';
export { OperationsServer, type OperationsServerOptions } from './operations/operations-server.js';
export { operationsSettings, type OperationsSettings } from './operations/operations.settings.js';
export { Clock, SystemClock } from './ports/clock.port.js';
export { Ids, SystemIds } from './ports/ids.port.js';
export { runApp, type App } from './process/run-app.js';
export { startGrpcApp, type GrpcAppOptions } from './process/start-grpc-app.js';
export { RuntimeModule } from './runtime.module.js';
export { runtimeSettings, type RuntimeSettings } from './runtime.settings.js';
export { setting, type Setting } from './settings/setting.js';
export { SETTING_NAMES } from './settings/setting-names.js';
export { SettingsError, type SettingProblem } from './settings/settings.errors.js';
export {
  defineSettings,
  describeSettings,
  loadSettings,
  mergeSettings,
  type LoadOptions,
  type SettingDefinitions,
  type SettingRow,
  type SettingsOf,
} from './settings/settings.js';
export { shared, type Sharing } from './settings/shared.js';
export {
  exitOnUnexpectedError,
  orderlyShutdown,
  type ProcessSignals,
  type ShutdownOptions,
} from './shutdown/orderly-shutdown.js';
export { backoffDelay, type BackoffLimits } from './supervisor/backoff.js';
export { sleep } from './supervisor/sleep.js';
export {
  SupervisedLoop,
  type LoopHandle,
  type LoopState,
  type LoopStatus,
  type LoopTask,
} from './supervisor/supervised-loop.js';
export { Supervisor, type RunOptions, type SupervisorOptions } from './supervisor/supervisor.js';
export { Style, printable, styleFor } from './terminal/style.js';
export { openTracing, type TracingSettings } from './tracing/open-tracing.js';
export {
  NO_SPAN,
  NO_TRACING,
  Tracing,
  inSpan,
  inSpans,
  type CarriedKind,
  type Carrier,
  type Span,
} from './tracing/tracing.js';
