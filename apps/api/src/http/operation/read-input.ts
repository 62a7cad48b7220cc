import { actorKind } from '@keyward/access';
import type { FieldViolation } from '@keyward/contracts';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { WriteRequest } from '../../write-side/write-request.js';
import { contextOf } from '../server/request-context.js';
import { pathParameter, strictObject } from '../validation/fields.js';
import { readIdempotencyKey, readIfMatch } from '../validation/headers.js';
import { invalidRequest, violationsOf } from '../validation/violations.js';
import { routeOf, type HttpRoute } from './http-operations.js';
import type { OperationDefinition } from './operation-definition.js';

/** A request in which every part has passed its rules. */
export interface InputOf<D> {
  readonly path: PathIds;
  readonly body: D extends OperationDefinition<infer Body, unknown> ? Body : never;
  readonly query: D extends OperationDefinition<unknown, infer Query> ? Query : never;
  /** What every write carries. */
  readonly request: WriteRequest;
}

/** What the path names; what it does not name is empty or NaN, and no handler reads it. */
export interface PathIds {
  readonly organizationId: string;
  readonly projectId: string;
  readonly integrationId: string;
  readonly version: number;
}

const NO_PARAMETERS = strictObject({});
const EMPTY_BODY = strictObject({});

/**
 * Validates path, query, headers and body together, so that one answer names everything that is wrong.
 * @throws KeywardError INVALID_REQUEST
 */
export function readInput(
  definition: OperationDefinition,
  request: FastifyRequest,
): InputOf<OperationDefinition> {
  const route = routeOf(definition.operation);
  const violations: FieldViolation[] = [];
  const ids = pathIds(parse(pathSchema(route), request.params, 'path', violations));
  const query = parse(
    definition.query ?? NO_PARAMETERS,
    { ...(request.query as object) },
    'query',
    violations,
  );
  const body = readBody(definition, request.body, violations);
  const write = readWriteRequest(request, body, violations);
  if (violations.length > 0) throw invalidRequest(violations);
  const { principal } = contextOf(request);
  const actor = {
    actor: principal?.subject ?? '',
    actorKind: actorKind(definition.operation, principal, ids),
  };
  return { path: ids, query, body, request: { ...actor, ...write } };
}

function pathIds(path: unknown): PathIds {
  const ids = (path ?? {}) as Record<string, string | undefined>;
  const { org = '', project = '', integration = '', version } = ids;
  return { organizationId: org, projectId: project, integrationId: integration, version: Number(version) };
}

function parse(schema: z.ZodType, value: unknown, root: string, violations: FieldViolation[]): unknown {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  violations.push(...violationsOf(parsed.error, root));
  return undefined;
}

function readBody(
  { body: schema, bodyOptional }: OperationDefinition,
  body: unknown,
  violations: FieldViolation[],
): unknown {
  if (schema === undefined && (body === undefined || body === null)) return undefined;
  const value = body === undefined && bodyOptional ? {} : body;
  return parse(schema ?? EMPTY_BODY, value, 'body', violations);
}

function readWriteRequest(
  request: FastifyRequest,
  body: unknown,
  violations: FieldViolation[],
): Omit<WriteRequest, 'actor' | 'actorKind'> {
  const expectedVersion = valueOf(readIfMatch(request.headers), violations);
  const idempotencyKey = valueOf(readIdempotencyKey(request.headers), violations);
  const { reason } = (body ?? {}) as { readonly reason?: string };
  return {
    // An empty text is what a form sends whose field was left alone.
    reason: reason || null,
    idempotencyKey: idempotencyKey ?? null,
    expectedVersion: expectedVersion ?? null,
  };
}

function valueOf<T>(
  read: { value: T } | { violation: FieldViolation },
  violations: FieldViolation[],
): T | undefined {
  if ('value' in read) return read.value;
  violations.push(read.violation);
  return undefined;
}

const PATH_SCHEMAS = new Map<string, z.ZodType>();

function pathSchema({ template, parameters }: HttpRoute): z.ZodType {
  let schema = PATH_SCHEMAS.get(template);
  if (!schema) {
    schema = z.object(Object.fromEntries(parameters.map((name) => [name, pathParameter(name)])));
    PATH_SCHEMAS.set(template, schema);
  }
  return schema;
}
