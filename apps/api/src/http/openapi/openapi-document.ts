import { ERROR_CODES } from '@keyward/contracts';
import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { z } from 'zod';
import { API_CONTROLLERS } from '../../api.controllers.js';
import { operationOf } from '../operation/operation.decorator.js';
import { SESSION_COOKIE } from '../session/cookies.js';
import { BEARER, SESSION, documentOperation } from './document-operation.js';
import { jsonSchema } from './json-schema.js';

const DESCRIPTION = `Keyward holds the API keys that an organization's projects use for third-party integrations.
A key goes in by this API and never comes out by it; workers get it through gRPC.

Every write answers with a \`position\`. A read that passes it as \`at_least_as_fresh\` sees that write.
Refusals are RFC 9457 problems with a stable \`code\`.`;

const SESSION_RULE =
  'Of the console. Requests that change something come from the console alone, with the header `X-Keyward-Console: 1`; never together with a token.';

const TAGS = [
  ['Organization keys', 'The keys that all projects of an organization use.'],
  ['Project keys', 'The keys by which one project overrides its organization.'],
  ['Catalogue', 'The integrations that keys can be set for.'],
  ['Tenants', 'Organizations and projects, which exist elsewhere: Keyward is told of them.'],
  ['Rollout', 'Which organizations have the feature.'],
  ['Key encryption keys', 'Which are needed, and wrapping all keys in use by the current one.'],
  ['Session', 'Signing in to the console, in a browser.'],
  ['Operations', 'For those who run Keyward.'],
] as const;

const problem = z
  .strictObject({
    type: z.string().describe('A URI of the code.'),
    title: z.string(),
    status: z.int(),
    detail: z.string().describe('A sentence for people: what is wrong, and what to do.'),
    code: z.enum(Object.keys(ERROR_CODES) as [string, ...string[]]).describe('Stable, for programs.'),
    instance: z.string().describe("Names this very answer; the server's log has it too."),
    violations: z
      .array(z.strictObject({ field: z.string(), rule: z.string() }))
      .optional()
      .describe('Every field that breaks a rule.'),
    signIn: z
      .strictObject({ kind: z.enum(['oidc', 'development']), url: z.string() })
      .optional()
      .describe('Of GET /session: where a browser goes to sign in, if it can here.'),
    context: z
      .record(z.string(), z.string())
      .optional()
      .describe('What else a program may want to know, by the code.'),
  })
  .describe('RFC 9457. Never holds a key.');

/** @param module whose controllers are described. */
export function buildOpenApiDocument(app: INestApplication, module: unknown): OpenAPIObject {
  for (const { prototype } of API_CONTROLLERS) documentOperations(prototype);
  const builder = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Keyward')
    .setDescription(DESCRIPTION)
    .setVersion('1.0.0')
    .setLicense('Apache-2.0', 'https://www.apache.org/licenses/LICENSE-2.0')
    .addServer('/', 'This server')
    .addBearerAuth({ type: 'http', scheme: 'bearer', bearerFormat: 'JWT' }, BEARER)
    .addCookieAuth(SESSION_COOKIE, { type: 'apiKey', in: 'cookie', description: SESSION_RULE }, SESSION);
  for (const [name, description] of TAGS) builder.addTag(name, description);
  const document = SwaggerModule.createDocument(app, builder.build(), {
    include: [module as () => void],
    deepScanRoutes: false,
  });
  // Empty schemas of the controllers' TypeScript types are no part of the contract.
  document.components = { ...document.components, schemas: { Problem: problemSchema() } };
  return document;
}

const documented = new WeakSet<object>();

/** Late, because the library of these decorators is large and a start need not wait for it. */
function documentOperations(prototype: object): void {
  for (const [name, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
    const handler = descriptor.value as object;
    const definition = operationOf(handler);
    if (definition === undefined || documented.has(handler)) continue;
    documentOperation(definition)(prototype, name, descriptor);
    documented.add(handler);
  }
}

function problemSchema() {
  // Open, so that `code` can be narrowed beside it and fields can be added.
  const { additionalProperties: _, ...schema } = jsonSchema(problem);
  return schema;
}
