import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { HealthKind, HealthRegistry } from '../health/health-registry.js';
import type { Metrics } from '../metrics/metrics.js';

export interface OperationsServerOptions {
  readonly host: string;
  /** 0 takes any free one, which the log tells. */
  readonly port: number;
  readonly health: HealthRegistry;
  readonly metrics: Metrics;
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** `/health/live`, `/health/ready` and `/metrics` over HTTP, answered as the HTTP API answers them. */
export class OperationsServer implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('operations');
  private readonly server = createServer((request, response) => void this.handle(request, response));
  private readonly routes: ReadonlyMap<string | undefined, () => Promise<Answer>>;

  constructor(private readonly options: OperationsServerOptions) {
    this.routes = new Map([
      ['/health/live', () => this.report('live')],
      ['/health/ready', () => this.report('ready')],
      ['/metrics', () => this.metrics()],
    ]);
  }

  /** @throws Error naming the address and its settings, when it cannot be had. */
  async onApplicationBootstrap(): Promise<void> {
    const { host, port } = this.options;
    try {
      this.server.listen(port, host);
      await once(this.server, 'listening');
    } catch (cause) {
      const remedy =
        'free the address or choose another with KEYWARD_OPERATIONS_HOST and KEYWARD_OPERATIONS_PORT';
      throw new Error(
        `Cannot listen for health and metrics on ${host}:${port}: ${remedy} (${(cause as Error).message})`,
        { cause },
      );
    }
    this.logger.log('Listening', { url: this.url });
  }

  onApplicationShutdown(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  /** Once it listens. */
  get url(): string {
    const { host } = this.options;
    const { port } = this.server.address() as AddressInfo;
    return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { status, type, body, headers } = await this.answer(request);
    response.writeHead(status, { 'Content-Type': type, 'Cache-Control': 'no-store', ...headers }).end(body);
  }

  private async answer({ method, url }: IncomingMessage): Promise<Answer> {
    const route = this.routes.get(url?.split('?', 1)[0]);
    if (!route) return refusal(404, 'Only /health/live, /health/ready and /metrics are here.');
    if (method !== 'GET' && method !== 'HEAD') return refusal(405, 'Use GET.', { Allow: 'GET, HEAD' });
    try {
      return await route();
    } catch (error) {
      this.logger.error('A request failed in an unexpected way', error);
      return refusal(500, "The process's log says what failed.");
    }
  }

  private async report(kind: HealthKind): Promise<Answer> {
    const report = await this.options.health.report(kind);
    const answer = { type: 'application/json; charset=utf-8', body: JSON.stringify(report) };
    return report.ok
      ? { status: 200, ...answer }
      : { status: 503, ...answer, headers: { 'Retry-After': '1' } };
  }

  private async metrics(): Promise<Answer> {
    const { contentType, body } = await this.options.metrics.render();
    return { status: 200, type: contentType, body };
  }
}

function refusal(status: number, detail: string, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status, type: 'application/problem+json', body: JSON.stringify({ status, detail }), headers };
}
