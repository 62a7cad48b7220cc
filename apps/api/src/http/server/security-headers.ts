import helmet from '@fastify/helmet';
import type { FastifyInstance } from 'fastify';
import { isApiPath } from './request-context.js';

/** The documentation page brings styles in its HTML; everything else it needs comes from this server. */
const DOCS_POLICY =
  "default-src 'none';script-src 'self';style-src 'self' 'unsafe-inline';img-src 'self' data:;connect-src 'self';base-uri 'none';form-action 'none';frame-ancestors 'none'";

/** Nothing that is answered may be framed, sniffed or run as a page; answers of the API are never kept by a cache. */
export async function addSecurityHeaders(fastify: FastifyInstance): Promise<void> {
  await fastify.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'none'"],
        frameAncestors: ["'none'"],
      },
    },
    xFrameOptions: { action: 'deny' },
    referrerPolicy: { policy: 'no-referrer' },
  });
  fastify.addHook('onRequest', (request, reply, done) => {
    void reply.header('X-Request-Id', request.id);
    if (isApiPath(request)) void reply.header('Cache-Control', 'no-store');
    if (isDocsPath(request.url)) void reply.header('Content-Security-Policy', DOCS_POLICY);
    done();
  });
}

function isDocsPath(url: string): boolean {
  return url === '/docs' || url.startsWith('/docs/');
}
