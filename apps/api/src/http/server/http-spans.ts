import { NO_TRACING, type Span, type Tracing } from '@keyward/runtime';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { contextOf, isApiPath, matchedRoute } from './request-context.js';

/** A span per request of the API: the route and not the address, and no id of what may not exist. */
export class HttpSpans {
  private readonly spans = new WeakMap<FastifyRequest, Span>();

  constructor(private readonly tracing: Tracing) {}

  addTo(fastify: FastifyInstance): void {
    if (this.tracing === NO_TRACING) return;
    fastify.addHook('onRequest', (request, _reply, done) => {
      if (isApiPath(request)) this.begin(request);
      done();
    });
    // Not earlier: reading the body would lose the span in progress.
    fastify.addHook('preHandler', (request, _reply, done) => {
      const span = this.spans.get(request);
      if (span) span.run(done);
      else done();
    });
    fastify.addHook('onResponse', (request, reply, done) => {
      this.end(request, reply);
      done();
    });
  }

  private begin(request: FastifyRequest): void {
    const name = `${request.method} ${matchedRoute(request)?.template ?? 'of no route'}`;
    this.spans.set(
      request,
      this.tracing.serve(name, () => request.headers['traceparent']),
    );
  }

  private end(request: FastifyRequest, reply: FastifyReply): void {
    const { organizationId, refusal } = contextOf(request);
    const span = this.spans.get(request);
    span?.set(() => ({
      'http.request.method': request.method,
      'http.route': matchedRoute(request)?.template,
      'http.response.status_code': reply.statusCode,
      'keyward.organization_id': refusal ? undefined : organizationId,
    }));
    span?.end(refusal && { code: refusal });
  }
}
