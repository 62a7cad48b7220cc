import type { Canaries } from '../../support/canary-scan.js';
import type { WireRequest } from './wire.js';

interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
}

interface Schema {
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly example?: Readonly<Record<string, unknown>>;
}

/** What of an OpenAPI document says where a caller can write something. */
export interface OpenApi {
  readonly paths: Readonly<
    Record<
      string,
      Readonly<
        Record<
          string,
          {
            readonly parameters?: readonly Parameter[];
            readonly requestBody?: {
              readonly content: Readonly<Record<string, { readonly schema: Schema }>>;
            };
          }
        >
      >
    >
  >;
}

export interface PlantedRequest extends WireRequest {
  readonly route: string;
  /** Route, and where in it the canary stands. */
  readonly name: string;
}

interface Route {
  readonly method: string;
  readonly template: string;
  readonly parameters: readonly Parameter[];
  readonly body: Schema | undefined;
}

/** Something that is there, for what a request names besides the canary. */
const KNOWN: Readonly<Record<string, string>> = { org: 'acme', project: 'website', integration: 'serpapi' };

/** Text for people: it is stored and shown, whatever it says, unless it holds the request's own key. */
const PLAIN_FIELDS = ['name', 'reason'];
const IDEMPOTENCY_KEY = 'Idempotency-Key';

/** Headers that clients and proxies send, whether a route knows them or not. */
const COMMON_HEADERS = [
  'Authorization',
  'Cookie',
  'User-Agent',
  'Referer',
  'Origin',
  'X-Api-Key',
  'X-Request-Id',
  'X-Forwarded-For',
  'Traceparent',
  'Accept',
  'Accept-Encoding',
  'Content-Type',
  'Content-Encoding',
];

const JSON_TYPE = { 'Content-Type': 'application/json' };

/** Every route of the document with a canary in every place of it where a caller can write one. */
export function plantIn(document: OpenApi, canaries: Canaries): PlantedRequest[] {
  return routesOf(document).flatMap((route) => [
    ...inPath(route, canaries),
    ...inQuery(route, canaries),
    ...inHeaders(route, canaries),
    ...inFields(route, canaries),
    ...inWholeBody(route, canaries),
    ...besideItsKey(route, canaries),
  ]);
}

function routesOf({ paths }: OpenApi): Route[] {
  return Object.entries(paths).flatMap(([template, methods]) =>
    Object.entries(methods).map(([method, { parameters = [], requestBody }]) => ({
      method: method.toUpperCase(),
      template,
      parameters,
      body: requestBody?.content['application/json']?.schema,
    })),
  );
}

function pathOf({ template }: Route, values: Readonly<Record<string, string>> = KNOWN): string {
  return template.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(values[name] ?? 'x'));
}

/** The route as a client would use it, but for what the planting changes. */
function planted(route: Route, where: string, change: Partial<WireRequest>): PlantedRequest {
  const { method, body } = route;
  const sent = body && { headers: JSON_TYPE, body: JSON.stringify(body.example ?? {}) };
  const name = `${method} ${route.template}`;
  return { route: name, name: `${name}, ${where}`, method, path: pathOf(route), ...sent, ...change };
}

function inPath(route: Route, canaries: Canaries): PlantedRequest[] {
  const names = route.parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => name);
  const beside = [`/${encodeURIComponent(canaries.key())}`, `%ff${canaries.word()}`];
  return [
    ...names.flatMap((name) =>
      [canaries.key(), canaries.word(), canaries.word().repeat(60)].map((value) =>
        planted(route, `path ${name}`, { path: pathOf(route, { ...KNOWN, [name]: value }) }),
      ),
    ),
    ...beside.map((more) => planted(route, 'path, beyond its end', { path: pathOf(route) + more })),
    planted(route, 'method', { method: 'PATCH', path: `${pathOf(route)}/${canaries.word()}` }),
  ];
}

function inQuery(route: Route, canaries: Canaries): PlantedRequest[] {
  const known = route.parameters.filter((parameter) => parameter.in === 'query').map(({ name }) => name);
  const pairs = [...known, 'key'].flatMap((name) => [
    `${name}=${encodeURIComponent(canaries.key())}`,
    `${name}=${canaries.word()}`,
  ]);
  return [...pairs, canaries.word(), `${canaries.word()}=1`].map((query) =>
    planted(route, `query ${query.split('=')[0]!}`, { path: `${pathOf(route)}?${query}` }),
  );
}

function inHeaders(route: Route, canaries: Canaries): PlantedRequest[] {
  const own = route.parameters.filter((parameter) => parameter.in === 'header').map(({ name }) => name);
  const { headers = {} } = planted(route, '', {});
  return [...own, ...COMMON_HEADERS, canaries.word()].flatMap((name) =>
    headerValues(name, canaries).map((value) =>
      planted(route, `header ${name}`, { headers: { ...headers, [name]: value } }),
    ),
  );
}

function headerValues(name: string, canaries: Canaries): string[] {
  if (name === 'Authorization')
    return ['Bearer', 'Basic', ''].map((scheme) => `${scheme} ${canaries.word()}`.trim());
  if (name === 'Content-Type') return [canaries.word(), `application/json; charset=${canaries.word()}`];
  // A well-formed one names the write and is stored: see besideItsKey.
  return name === IDEMPOTENCY_KEY ? [canaries.key()] : [canaries.key(), canaries.word()];
}

function inFields(route: Route, canaries: Canaries): PlantedRequest[] {
  const { body } = route;
  if (!body) return [];
  const withField = (where: string, field: object): PlantedRequest =>
    planted(route, where, { body: JSON.stringify({ ...body.example, ...field }) });
  const known = Object.keys(body.properties ?? {}).flatMap((name) => {
    // What breaks the field's rule must not be repeated either.
    const text = PLAIN_FIELDS.includes(name) ? `${canaries.key()}\u0000` : canaries.key();
    return [text, { [canaries.word()]: canaries.key() }, [canaries.key()], [[canaries.word()]]].map((value) =>
      withField(`field ${name}`, { [name]: value }),
    );
  });
  return [
    ...known,
    withField('unknown field', { apiKey: canaries.key() }),
    withField('name of a field', { [canaries.key()]: 1, [canaries.word()]: 2 }),
  ];
}

function inWholeBody(route: Route, canaries: Canaries): PlantedRequest[] {
  const bodies: [string, string | Buffer, Record<string, string>][] = [
    ['JSON text as body', JSON.stringify(canaries.key()), JSON_TYPE],
    ['JSON list as body', JSON.stringify([canaries.key()]), JSON_TYPE],
    ['JSON that is cut off', `{"secret":"${canaries.word()}`, JSON_TYPE],
    ['JSON that is none', `{"secret":'${canaries.word()}'}`, JSON_TYPE],
    ['__proto__', `{"__proto__":{"secret":"${canaries.word()}"}}`, JSON_TYPE],
    [
      'no UTF-8',
      Buffer.concat([Buffer.from(`{"secret":"${canaries.word()}`), Buffer.from([0xff, 0x22, 0x7d])]),
      JSON_TYPE,
    ],
    ['deep JSON', `${'['.repeat(5_000)}"${canaries.word()}"`, JSON_TYPE],
    ['a body that is too large', JSON.stringify({ secret: canaries.word().repeat(200_000) }), JSON_TYPE],
    ['plain text', canaries.key(), { 'Content-Type': 'text/plain' }],
    ['a form', `secret=${canaries.word()}`, { 'Content-Type': 'application/x-www-form-urlencoded' }],
    ['no type', JSON.stringify({ secret: canaries.key() }), {}],
    ['a coding that is not used', canaries.key(), { ...JSON_TYPE, 'Content-Encoding': 'gzip' }],
  ];
  if (route.method === 'GET') return [];
  return bodies.map(([where, body, headers]) => planted(route, where, { body, headers }));
}

/** A key that is sent as a key, and somewhere else in the same request, or where it cannot be set. */
function besideItsKey(route: Route, canaries: Canaries): PlantedRequest[] {
  const { body } = route;
  if (!body?.properties || !('secret' in body.properties)) return [];
  const withKey = (where: string, make: (secret: string) => Partial<WireRequest> & { fields?: object }) => {
    const secret = canaries.word();
    const { fields, ...change } = make(secret);
    return planted(route, where, { body: JSON.stringify({ secret, ...fields }), ...change });
  };
  return [
    withKey('key in the reason too', (secret) => ({ fields: { reason: `it is ${secret}!` } })),
    withKey('key in the Idempotency-Key too', (secret) => ({
      headers: { ...JSON_TYPE, [IDEMPOTENCY_KEY]: secret },
    })),
    withKey('key under a wrong version', () => ({ headers: { ...JSON_TYPE, 'If-Match': '"999"' } })),
    withKey('key of a wrong kind', () => ({ fields: { credentialKind: 'oauth2' } })),
    withKey('key that is too long', (secret) => ({ fields: { secret: secret.repeat(1_000) } })),
    withKey('key that ends in a new line', (secret) => ({ fields: { secret: `${secret}\n` } })),
    ...['anthropic', 'gmail', 'no-such-integration'].map((integration) =>
      withKey(`key of ${integration}`, () => ({ path: pathOf(route, { ...KNOWN, integration }) })),
    ),
    ...['free', 'nowhere'].map((org) =>
      withKey(`key of the organization ${org}`, () => ({ path: pathOf(route, { ...KNOWN, org }) })),
    ),
    withKey('key of an unknown project', () => ({ path: pathOf(route, { ...KNOWN, project: 'nowhere' }) })),
  ];
}

/** What never gets as far as a route. */
export function plantRaw(canaries: Canaries): string[] {
  const key = (): string => canaries.word();
  const head = 'Host: localhost\r\nConnection: close\r\n';
  return [
    `${key()} / HTTP/1.1\r\n${head}\r\n`,
    `GET /${key()}\r\n\r\n`,
    `GET /v1/${key()}?key=${key()} HTTP/9.9\r\n${head}\r\n`,
    `GET /v1/integrations HTTP/1.1\r\n${head}X-Key ${key()}\r\n\r\n`,
    `GET /v1/integrations HTTP/1.1\r\n${head}X-Key: ${key()}\u0001\r\n\r\n`,
    `GET /v1/integrations HTTP/1.1\r\n${head}X-Key: ${key().repeat(2_000)}\r\n\r\n`,
    `GET /${key().repeat(2_000)} HTTP/1.1\r\n${head}\r\n`,
    `PUT /v1/rollout HTTP/1.1\r\n${head}Transfer-Encoding: chunked\r\n\r\n${key()}\r\n`,
    `PUT /v1/rollout HTTP/1.1\r\n${head}Content-Length: 9\r\nContent-Length: 8\r\n\r\n${key()}`,
    `GET /%${key()} HTTP/1.1\r\n${head}\r\n`,
  ];
}
