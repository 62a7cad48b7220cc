import { Global, Module, type DynamicModule, type OnApplicationShutdown } from '@nestjs/common';
import { HealthRegistry } from './health/health-registry.js';
import { Metrics } from './metrics/metrics.js';
import { Clock, SystemClock } from './ports/clock.port.js';
import { Ids, SystemIds } from './ports/ids.port.js';
import { Supervisor } from './supervisor/supervisor.js';
import { openTracing, type TracingSettings } from './tracing/open-tracing.js';
import { NO_TRACING, Tracing } from './tracing/tracing.js';

/** What every process has once: clock, ids, metrics, health, supervisor, traces. Imported by the root module. */
@Global()
@Module({
  providers: [
    { provide: Clock, useClass: SystemClock },
    { provide: Ids, useClass: SystemIds },
    { provide: Metrics, useFactory: () => new Metrics() },
    { provide: HealthRegistry, inject: [Clock], useFactory: (clock: Clock) => new HealthRegistry(clock) },
    {
      provide: Supervisor,
      inject: [Metrics, HealthRegistry],
      useFactory: (metrics: Metrics, health: HealthRegistry) => new Supervisor({ metrics, health }),
    },
    { provide: Tracing, useValue: NO_TRACING },
  ],
  exports: [Clock, Ids, Metrics, HealthRegistry, Supervisor, Tracing],
})
export class RuntimeModule implements OnApplicationShutdown {
  constructor(private readonly tracing: Tracing) {}

  /**
   * With traces, where the settings say so.
   * @param service - how traces name this process
   */
  static forRoot(settings: TracingSettings, service: string): DynamicModule {
    const tracing = {
      provide: Tracing,
      inject: [Metrics],
      useFactory: (metrics: Metrics) => openTracing(settings, service, metrics),
    };
    return { module: RuntimeModule, providers: [tracing] };
  }

  /** Global modules come last: the spans of all others have ended. */
  async onApplicationShutdown(): Promise<void> {
    await this.tracing.close();
  }
}
