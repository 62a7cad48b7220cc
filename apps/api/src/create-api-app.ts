import { randomUUID } from 'node:crypto';
import type { LoggerService, Type, DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import { ApiModule } from './api.module.js';
import type { ApiSettings } from './api.settings.js';
import { Authentication } from './http/access/authentication.js';
import { serveConsole } from './http/console/console.js';
import { serveDocsAssets } from './http/openapi/docs.js';
import { ServedDocument } from './http/openapi/openapi.controller.js';
import { routeOf } from './http/operation/http-operations.js';
import { sendProblem } from './http/problems/send-problem.js';
import { AccessLog } from './http/server/access-log.js';
import { refuseOtherMethods } from './http/server/allowed-methods.js';
import { HttpSpans } from './http/server/http-spans.js';
import { acceptOnlyJson } from './http/server/json-body.js';
import { MALFORMED_REQUESTS } from './http/server/malformed-requests.js';
import { addSecurityHeaders } from './http/server/security-headers.js';
import { closeUnusedConnections } from './http/server/unused-connections.js';

/** Two lists of 10,000 ids each. */
const ROLLOUT_BODY_LIMIT = 2 * 1024 * 1024;
const REQUEST_TIMEOUT_MS = 30_000;
/** Beyond the longest id, so that one that is too long is told its rule. */
const MAX_PARAMETER_LENGTH = 1_024;

/**
 * The HTTP application over a root module that imports {@link ApiModule} and what it needs. Not yet
 * listening: call {@link listenHttp}, or `init()` in tests.
 */
export async function createApiApp(
  root: Type | DynamicModule,
  settings: ApiSettings,
  { logger }: { readonly logger: LoggerService | false },
): Promise<NestFastifyApplication> {
  const app = await NestFactory.create<NestFastifyApplication>(root, adapter(settings), {
    logger,
    bodyParser: false,
    abortOnError: false,
  });
  const fastify = app.getHttpAdapter().getInstance();
  acceptOnlyJson(fastify);
  allowLongRollouts(fastify, settings);
  addSecurityHeaders(fastify);
  closeUnusedConnections(fastify);
  app.get(AccessLog, ANYWHERE).addTo(fastify);
  app.get(HttpSpans, ANYWHERE).addTo(fastify);
  authenticateFirst(fastify, app.get(Authentication, ANYWHERE));
  refuseOtherMethods(fastify);
  serveDocsAssets(fastify);
  serveConsole(fastify, settings.KEYWARD_CONSOLE_DIR);
  publishDescription(app);
  return app;
}

const ANYWHERE = { strict: false };

/** Begins to accept requests; the answer is the address. */
export async function listenHttp(
  app: NestFastifyApplication,
  settings: Pick<ApiSettings, 'KEYWARD_HTTP_HOST' | 'KEYWARD_HTTP_PORT'>,
): Promise<string> {
  const { KEYWARD_HTTP_HOST: host, KEYWARD_HTTP_PORT: port } = settings;
  try {
    await app.listen(port, host);
  } catch (cause) {
    const remedy = 'free the address or choose another with KEYWARD_HTTP_HOST and KEYWARD_HTTP_PORT';
    throw new Error(`Cannot listen for HTTP on ${host}:${port}: ${remedy} (${(cause as Error).message})`, {
      cause,
    });
  }
  return app.getUrl();
}

function adapter({ KEYWARD_HTTP_BODY_LIMIT: bodyLimit }: ApiSettings): FastifyAdapter {
  return new FastifyAdapter({
    bodyLimit,
    ...NO_SCHEMA_COMPILERS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    ...MALFORMED_REQUESTS,
    // The connection's own address counts, whatever X-Forwarded-For claims.
    trustProxy: false,
    exposeHeadRoutes: false,
    routerOptions: { maxParamLength: MAX_PARAMETER_LENGTH },
    // Never the caller's own id: it would stand in answers and logs.
    requestIdHeader: false,
    genReqId: () => randomUUID(),
  });
}

/**
 * Routes have no JSON schemas of fastify's: zod checks what comes in. Without these fastify would load its
 * compilers for them, a twentieth of all that a start loads.
 */
const NO_SCHEMA_COMPILERS = {
  schemaController: {
    compilersFactory: { buildValidator: refuseSchema, buildSerializer: refuseSchema },
  },
};

function refuseSchema(): never {
  throw new Error('A route has a JSON schema of fastify: describe it with defineOperation() instead.');
}

function allowLongRollouts(fastify: FastifyInstance, { KEYWARD_HTTP_BODY_LIMIT: limit }: ApiSettings): void {
  const { path, method } = routeOf('putRollout');
  fastify.addHook('onRoute', (route) => {
    if (route.url === path && route.method === method) route.bodyLimit = Math.max(limit, ROLLOUT_BODY_LIMIT);
  });
}

/** Before the body is read, and for paths that nobody serves too. */
function authenticateFirst(fastify: FastifyInstance, authentication: Authentication): void {
  fastify.addHook('onRequest', async (request, reply) => {
    try {
      await authentication.authenticate(request);
    } catch (error) {
      sendProblem(error, request, reply);
      return reply;
    }
  });
}

function publishDescription(app: NestFastifyApplication): void {
  app.get(ServedDocument, ANYWHERE).serve(async () => {
    const { buildOpenApiDocument } = await import('./http/openapi/openapi-document.js');
    return buildOpenApiDocument(app, ApiModule);
  });
}
