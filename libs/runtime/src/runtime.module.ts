import { Global, Module } from '@nestjs/common';
import { HealthRegistry } from './health/health-registry.js';
import { Metrics } from './metrics/metrics.js';
import { Clock, SystemClock } from './ports/clock.port.js';
import { Ids, SystemIds } from './ports/ids.port.js';
import { Supervisor } from './supervisor/supervisor.js';

/** What every process has once: clock, ids, metrics, health, supervisor. Imported by the root module. */
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
  ],
  exports: [Clock, Ids, Metrics, HealthRegistry, Supervisor],
})
export class RuntimeModule {}
