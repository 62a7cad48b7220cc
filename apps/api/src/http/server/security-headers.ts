import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isApiPath, isSessionPath } from './request-context.js';

/**
 * On every answer: it may not be framed, sniffed or run as a page. Written out and not left to a
 * plugin, because answers to what is no proper HTTP request go past all hooks and need them too.
 */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'Content-Security-Policy': "default-src 'none';base-uri 'none';form-action 'none';frame-ancestors 'none'",
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Origin-Agent-Cluster': '?1',
  'Referrer-Policy': 'no-referrer',
  'Strict-Transport-Security': 'max-age=31536000; includeSubDomains',
  'X-Content-Type-Options': 'nosniff',
  'X-DNS-Prefetch-Control': 'off',
  'X-Download-Options': 'noopen',
  'X-Frame-Options': 'DENY',
  'X-Permitted-Cross-Domain-Policies': 'none',
  'X-XSS-Protection': '0',
};

/** The documentation page brings styles in its HTML; everything else it needs comes from this server. */
const DOCS_POLICY =
  "default-src 'none';script-src 'self';style-src 'self' 'unsafe-inline';img-src 'self' data:;connect-src 'self';base-uri 'none';form-action 'none';frame-ancestors 'none'";

export function addSecurityHeaders(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    setSecurityHeaders(request, reply);
    done();
  });
}

/** With the request's id; and answers of the API are never kept by a cache. */
export function setSecurityHeaders(request: FastifyRequest, reply: FastifyReply): void {
  void reply.headers(SECURITY_HEADERS).header('X-Request-Id', request.id);
  if (isApiPath(request) || isSessionPath(request)) void reply.header('Cache-Control', 'no-store');
  if (isDocsPath(request.url)) void reply.header('Content-Security-Policy', DOCS_POLICY);
}

function isDocsPath(url: string): boolean {
  return url === '/docs' || url.startsWith('/docs/');
}
