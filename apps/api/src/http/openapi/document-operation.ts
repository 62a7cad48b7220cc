import { ERROR_CODES, type ErrorCode } from '@keyward/contracts';
import { applyDecorators } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiBody,
  ApiCookieAuth,
  ApiHeader,
  ApiOperation,
  ApiParam,
  ApiQuery,
  ApiResponse,
  ApiTags,
} from '@nestjs/swagger';
import { z } from 'zod';
import { routeOf, type HttpRoute } from '../operation/http-operations.js';
import type { OperationDefinition } from '../operation/operation-definition.js';
import { PROBLEM_JSON, problemType } from '../problems/problem.js';
import { pathParameter } from '../validation/fields.js';
import { jsonSchema } from './json-schema.js';

export const BEARER = 'bearer';
export const SESSION = 'session';
export const PROBLEM_SCHEMA = '#/components/schemas/Problem';

const PARAMETER_DOCS: Readonly<Record<string, readonly [description: string, example: string]>> = {
  org: ['Id of the organization.', 'acme'],
  project: ['Id of the project.', 'website'],
  integration: ['Id of the integration, from the catalogue.', 'openai'],
  version: ['Version of the key, as its history shows it.', '2'],
};

/** The OpenAPI description of an operation, from the very schemas that validate it. */
export function documentOperation(definition: OperationDefinition): MethodDecorator {
  const route = routeOf(definition.operation);
  const { operation, summary, description, tag } = definition;
  return applyDecorators(
    ApiOperation({
      operationId: operation,
      summary,
      ...(description === undefined ? {} : { description }),
      // Said in so many words: an absent one would only be forgotten.
      ...(route.isPublic ? { security: [] } : {}),
    }),
    ApiTags(tag),
    ...(route.isPublic ? [] : [ApiBearerAuth(BEARER), ApiCookieAuth(SESSION)]),
    ...parameters(route),
    ...queryParameters(definition),
    ...(isWrite(route) ? writeHeaders() : []),
    ...requestBody(definition),
    ...answers(definition),
    ...problems(definition, route),
  );
}

/** What goes into the event log; a session does not. */
function isWrite({ method, isPublic }: HttpRoute): boolean {
  return method !== 'GET' && !isPublic;
}

function parameters({ parameters: names }: HttpRoute): MethodDecorator[] {
  return names.map((name) => {
    const [description, example] = PARAMETER_DOCS[name]!;
    return ApiParam({ name, description, example, schema: jsonSchema(pathParameter(name)) });
  });
}

function queryParameters({ query }: OperationDefinition): MethodDecorator[] {
  if (!(query instanceof z.ZodObject)) return [];
  return Object.entries(query.shape as Record<string, z.ZodType>).map(([name, schema]) => {
    const { description, ...rest } = jsonSchema(schema) as { description?: string };
    return ApiQuery({ name, required: !schema.isOptional(), description: description ?? '', schema: rest });
  });
}

function writeHeaders(): MethodDecorator[] {
  return [
    ApiHeader({
      name: 'Idempotency-Key',
      required: false,
      description:
        'A repeat with the same key and the same request gets the first answer and changes nothing.',
      schema: { type: 'string', pattern: '^[\\x21-\\x7e]{1,128}$' },
    }),
    ApiHeader({
      name: 'If-Match',
      required: false,
      description:
        'Only if the version is this one ("3"), or one of several, or if there is any (*); else 412.',
      schema: { type: 'string', example: '"3"' },
    }),
  ];
}

function requestBody({ body, bodyOptional, example }: OperationDefinition): MethodDecorator[] {
  if (!body) return [];
  const examples = example === undefined ? {} : { example };
  return [ApiBody({ required: bodyOptional !== true, schema: { ...jsonSchema(body), ...examples } })];
}

function answers(definition: OperationDefinition): MethodDecorator[] {
  const {
    answer,
    answerType = 'application/json',
    answerDescription,
    createdDescription,
    unwellDescription,
  } = definition;
  if (answer === 'redirect') {
    const headers = { Location: { description: 'Where to go.', schema: { type: 'string' as const } } };
    return [ApiResponse({ status: 303, description: answerDescription, headers })];
  }
  const schema = jsonSchema(answer);
  const content = Object.fromEntries([answerType].flat().map((type) => [type, { schema }]));
  const headers = definition.hasEtag
    ? { ETag: { description: 'The version, in quotes: for If-Match.', schema: { type: 'string' as const } } }
    : {};
  return [
    ApiResponse({ status: 200, description: answerDescription, content, headers }),
    ...(createdDescription === undefined
      ? []
      : [ApiResponse({ status: 201, description: createdDescription, content, headers })]),
    ...(unwellDescription === undefined
      ? []
      : [ApiResponse({ status: 503, description: unwellDescription, content })]),
  ];
}

function problems(definition: OperationDefinition, route: HttpRoute): MethodDecorator[] {
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of codesOf(definition, route)) {
    const { http } = ERROR_CODES[code];
    byStatus.set(http, [...(byStatus.get(http) ?? []), code]);
  }
  return [...byStatus].map(([status, codes]) => problemResponse(status, codes));
}

function problemResponse(status: number, codes: readonly ErrorCode[]): MethodDecorator {
  const [first] = codes as readonly [ErrorCode];
  const { title } = ERROR_CODES[first];
  const example = {
    type: problemType(first),
    title,
    status,
    detail: `${title}.`,
    code: first,
    instance: 'urn:keyward:request:0d5a2f1e-6f1b-4c58-9d0e-2f3c4b5a6978',
  };
  const schema = { allOf: [{ $ref: PROBLEM_SCHEMA }, { properties: { code: { enum: [...codes] } } }] };
  return ApiResponse({
    status,
    description: codes.map((code) => `\`${code}\`: ${ERROR_CODES[code].title}.`).join(' '),
    content: { [PROBLEM_JSON]: { schema, example } },
    headers: headersOf(status),
  });
}

function headersOf(status: number) {
  const text = { type: 'string' as const };
  if (status === 401) return { 'WWW-Authenticate': { description: 'Which way to sign in.', schema: text } };
  if (status === 429 || status === 503)
    return { 'Retry-After': { description: 'Seconds to wait.', schema: text } };
  return {};
}

/** Answered by the server itself, before it looks for a route. */
const ANYWHERE: readonly ErrorCode[] = ['HEADERS_TOO_LARGE', 'REQUEST_TIMEOUT'];
const SIGNED_IN: readonly ErrorCode[] = [
  'UNAUTHENTICATED',
  'RATE_LIMITED',
  'INTERNAL',
  'UNAVAILABLE',
  'INVALID_REQUEST',
  'FORBIDDEN',
];
const WRITE: readonly ErrorCode[] = [
  'VERSION_CONFLICT',
  'PAYLOAD_TOO_LARGE',
  'UNSUPPORTED_MEDIA_TYPE',
  'IDEMPOTENCY_KEY_REUSED',
];

/** Every code that the operation can answer with. */
export function codesOf({ refusals = [] }: OperationDefinition, route: HttpRoute): readonly ErrorCode[] {
  const signedIn = route.isPublic ? [] : [...SIGNED_IN, ...(isWrite(route) ? WRITE : [])];
  return [...new Set([...signedIn, ...refusals, ...ANYWHERE])];
}
