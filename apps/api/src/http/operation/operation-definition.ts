import type { ErrorCode } from '@keyward/contracts';
import type { z } from 'zod';
import type { HttpOperation } from './http-operations.js';

type AnswerType =
  'application/json' | 'text/plain' | 'text/html' | 'text/event-stream' | 'application/x-ndjson' | 'text/csv';

/** One operation of the HTTP API: what is validated, what is documented and what is allowed, from one source. */
export interface OperationDefinition<Body = unknown, Query = unknown> {
  /** Its row of the policy table, which gives method and path. */
  readonly operation: HttpOperation;
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  readonly body?: z.ZodType<Body>;
  /** No body is as good as an empty object. */
  readonly bodyOptional?: true;
  readonly query?: z.ZodType<Query>;
  /** Of the answer's body, for the documentation and the tests; `redirect` for one that sends a browser elsewhere. */
  readonly answer: z.ZodType | 'redirect';
  readonly answerType?: AnswerType | readonly AnswerType[];
  readonly answerDescription: string;
  /** What a 201 says; absent where nothing is ever created. */
  readonly createdDescription?: string;
  /** What a 503 says that has the same body as the answer, where it is no problem. */
  readonly unwellDescription?: string;
  readonly hasEtag?: true;
  /** The codes of its own; those that follow from its kind are added. */
  readonly refusals?: readonly ErrorCode[];
  /** A request body for the documentation, without anything that looks like a real key. */
  readonly example?: unknown;
}

/** Keeps the types of body and query with the definition. */
export function defineOperation<Body = undefined, Query = Record<string, never>>(
  definition: OperationDefinition<Body, Query>,
): OperationDefinition<Body, Query> {
  return definition;
}
