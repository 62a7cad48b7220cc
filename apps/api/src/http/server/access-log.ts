import { ERROR_CODES } from '@keyward/contracts';
import type { Clock, HistogramMetric, Metrics } from '@keyward/runtime';
import { Logger } from '@nestjs/common';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { HTTP_ROUTES } from '../operation/http-operations.js';
import { contextOf, matchedRoute } from './request-context.js';

const OPERATIONS = HTTP_ROUTES.map(({ operation }) => operation);
const STATUSES = [
  ...new Set(['200', '201', '303', ...Object.values(ERROR_CODES).map(({ http }) => String(http))]),
];
const LABELS = { operation: OPERATIONS, status: STATUSES } as const;
const MILLISECONDS = 1_000;

interface Line {
  readonly operation: string;
  readonly method: string;
  readonly route: string;
  readonly status: number;
  readonly milliseconds: number;
  readonly requestId: string;
}

/**
 * One line and one measurement per request. Neither holds what the caller wrote: the route instead
 * of the address, no query, no headers, and an organization's id only once the caller was found to
 * belong to it.
 */
export class AccessLog {
  private readonly logger = new Logger('http');
  private readonly seconds: HistogramMetric<typeof LABELS>;
  private readonly started = new WeakMap<FastifyRequest, number>();

  constructor(
    metrics: Metrics,
    private readonly clock: Clock,
  ) {
    this.seconds = metrics.histogram({
      name: 'keyward_http_request_seconds',
      help: 'Time from receiving an HTTP request to its whole answer, by operation and status.',
      labels: LABELS,
    });
  }

  addTo(fastify: FastifyInstance): void {
    fastify.addHook('onRequest', (request, _reply, done) => {
      this.started.set(request, this.clock.monotonicMs());
      done();
    });
    fastify.addHook('onResponse', (request, reply, done) => {
      this.note(request, reply);
      done();
    });
  }

  private note(request: FastifyRequest, reply: FastifyReply): void {
    const milliseconds = this.clock.monotonicMs() - (this.started.get(request) ?? this.clock.monotonicMs());
    const route = matchedRoute(request);
    this.seconds.observe(milliseconds / MILLISECONDS, {
      operation: route?.operation ?? 'other',
      status: String(reply.statusCode),
    } as { operation: (typeof OPERATIONS)[number]; status: string });
    this.write(request, {
      operation: route?.operation ?? 'none',
      method: request.method,
      route: route?.template ?? 'none',
      status: reply.statusCode,
      milliseconds: Math.round(milliseconds * 10) / 10,
      requestId: request.id,
    });
  }

  /** Reads that went well are many and tell little: they show at the level debug. */
  private write(request: FastifyRequest, line: Line): void {
    const { principal, organizationId } = contextOf(request);
    const fields = {
      ...line,
      ...(principal ? { actor: principal.subject } : {}),
      ...(organizationId === undefined ? {} : { organization: organizationId }),
    };
    if (line.method === 'GET' && line.status < 400) this.logger.debug('request', fields);
    else this.logger.log('request', fields);
  }
}
