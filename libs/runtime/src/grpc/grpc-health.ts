import type { Server } from '@grpc/grpc-js';
import { HealthImplementation } from 'grpc-health-check';
import type { HealthRegistry } from '../health/health-registry.js';

const POLL_MS = 1000;
/** The name that stands for the server as a whole in grpc.health.v1. */
const WHOLE_SERVER = '';

/** Serves grpc.health.v1 and keeps it equal to the process's readiness. */
export class GrpcHealth {
  private readonly implementation = new HealthImplementation({ [WHOLE_SERVER]: 'NOT_SERVING' });
  private services: readonly string[] = [WHOLE_SERVER];
  private timer: NodeJS.Timeout | undefined;
  private shown: boolean | undefined;
  private stopped = false;

  constructor(private readonly registry: HealthRegistry | undefined) {}

  addToServer(server: Server): void {
    this.implementation.addToServer(server);
  }

  /** Shows the state of these services from now on. */
  async start(services: readonly string[]): Promise<void> {
    this.services = [WHOLE_SERVER, ...services];
    await this.refresh();
    if (!this.registry) return;
    this.timer = setInterval(() => void this.refresh(), POLL_MS);
    this.timer.unref();
  }

  /** NOT_SERVING for good. */
  stop(): void {
    this.stopped = true;
    clearInterval(this.timer);
    this.show(false);
  }

  private async refresh(): Promise<void> {
    const ok = this.registry ? (await this.registry.report('ready')).ok : true;
    if (!this.stopped) this.show(ok);
  }

  private show(ok: boolean): void {
    if (ok === this.shown) return;
    this.shown = ok;
    for (const service of this.services)
      this.implementation.setStatus(service, ok ? 'SERVING' : 'NOT_SERVING');
  }
}
