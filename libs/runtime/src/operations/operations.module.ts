import { Module, type DynamicModule } from '@nestjs/common';
import { HealthRegistry } from '../health/health-registry.js';
import { Metrics } from '../metrics/metrics.js';
import { OperationsServer } from './operations-server.js';
import type { OperationsSettings } from './operations.settings.js';

/** Health and metrics over HTTP, for a process that has no HTTP API. Needs the runtime. */
@Module({})
export class OperationsModule {
  /** @param defaultPort of this app, so that all apps can run on one machine with one environment */
  static forRoot(settings: OperationsSettings, defaultPort: number): DynamicModule {
    const { KEYWARD_OPERATIONS_HOST: host, KEYWARD_OPERATIONS_PORT: port = defaultPort } = settings;
    return {
      module: OperationsModule,
      providers: [
        {
          provide: OperationsServer,
          inject: [HealthRegistry, Metrics],
          useFactory: (health: HealthRegistry, metrics: Metrics) =>
            new OperationsServer({ host, port, health, metrics }),
        },
      ],
    };
  }
}
