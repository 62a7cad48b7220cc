import { POLICY, type Operation, type PolicyRow } from '@keyward/access';

type Row = (typeof POLICY)[number];
type HttpRow = Extract<Row, { readonly http: string }>;

/** An operation that the policy table gives a method and a path. */
export type HttpOperation = HttpRow['operation'];

export interface HttpRoute {
  readonly operation: HttpOperation;
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  /** As the server matches it: `/v1/organizations/:org`. */
  readonly path: string;
  /** As OpenAPI writes it: `/v1/organizations/{org}`. */
  readonly template: string;
  readonly parameters: readonly string[];
  /** Anybody may, without a token. */
  readonly isPublic: boolean;
}

/** What an operation's path names. */
const PARAMETER = /\{(\w+)\}/g;

/** The routes, read off the policy table: a route can neither differ from its row nor lack one. */
export const HTTP_ROUTES: readonly HttpRoute[] = POLICY.filter(isHttp).map(toRoute);

const BY_OPERATION: ReadonlyMap<Operation, HttpRoute> = new Map(
  HTTP_ROUTES.map((route) => [route.operation, route]),
);
const BY_PATH: ReadonlyMap<string, HttpRoute> = new Map(
  HTTP_ROUTES.map((route) => [`${route.method} ${route.path}`, route]),
);

export function routeOf(operation: HttpOperation): HttpRoute {
  return BY_OPERATION.get(operation)!;
}

/** The route that the server matched, undefined for a path that is nobody's. */
export function routeAt(method: string, path: string | undefined): HttpRoute | undefined {
  return path === undefined ? undefined : BY_PATH.get(`${method} ${path}`);
}

function isHttp(row: Row): row is HttpRow {
  return 'http' in row;
}

function toRoute({ operation, http, allow }: HttpRow & PolicyRow): HttpRoute {
  const [method, template] = http.split(' ') as [HttpRoute['method'], string];
  return {
    operation: operation,
    method,
    template,
    path: template.replace(PARAMETER, ':$1'),
    parameters: [...template.matchAll(PARAMETER)].map((match) => match[1]!),
    isPublic: allow.public === true,
  };
}
