import { POLICY } from '@keyward/access';
import { createConfig, lintFromString } from '@redocly/openapi-core';
import type { OpenAPIObject } from '@nestjs/swagger';
import { readFile } from 'node:fs/promises';
import { ApiFixture } from '../../testing/api-fixture.js';
import { CONSOLE_ROUTES } from '../console/console.js';
import { HTTP_ROUTES } from '../operation/http-operations.js';
import { DOCS_ASSETS } from './docs.js';

describe('the OpenAPI document', () => {
  let api: ApiFixture;
  let text: string;
  let document: OpenAPIObject;
  const routes: string[] = [];

  beforeAll(async () => {
    api = await ApiFixture.start({ onRoute: (method, path) => routes.push(`${method} ${path}`) });
    ({ text } = await api.call('GET /openapi.json', { as: null }));
    document = JSON.parse(text) as OpenAPIObject;
  }, 30_000);
  afterAll(() => api.close());

  it('passes the recommended rules without an error or a warning', async () => {
    const config = await createConfig({
      extends: ['recommended'],
      // A browser that signs in is only ever sent elsewhere.
      rules: { 'operation-2xx-response': 'off' },
    });
    const problems = await lintFromString({ source: text, absoluteRef: 'openapi.json', config });
    expect(problems.map(({ ruleId, message, location }) => [ruleId, message, location[0]?.pointer])).toEqual(
      [],
    );
  }, 30_000);

  it('describes every route that the server has, and no other', () => {
    const described = operations().map(
      ({ method, path }) => `${method} ${path.replace(/\{(\w+)\}/g, ':$1')}`,
    );
    const files = [...DOCS_ASSETS, ...CONSOLE_ROUTES].map((path) => `GET ${path}`);
    const served = routes.filter((route) => !files.includes(route));
    expect(served.sort()).toEqual(described.sort());
  });

  it('names each operation as the policy table does, with its method and path', () => {
    const described = operations().map(({ method, path, operationId }) => [operationId, `${method} ${path}`]);
    const rows = POLICY.flatMap((row) => ('http' in row ? [[row.operation, row.http]] : []));
    expect(described.sort()).toEqual(rows.sort());
  });

  it('asks for a token exactly where the policy table does', () => {
    const guarded = operations().filter(({ security }) => security.length > 0);
    expect(guarded.map(({ operationId }) => operationId).sort()).toEqual(
      HTTP_ROUTES.filter(({ isPublic }) => !isPublic)
        .map(({ operation }) => operation)
        .sort(),
    );
  });

  it('refuses unknown fields in every body it describes', () => {
    const bodies = operations().flatMap(({ body }) => (body ? [body] : []));
    expect(bodies.length).toBeGreaterThan(8);
    for (const body of bodies) expect(body).toMatchObject({ type: 'object', additionalProperties: false });
  });

  it('has no example that looks like a key', () => {
    expect(text).not.toMatch(/"(sk|pk|ghp|xox[a-z])-?[A-Za-z0-9_-]{8,}"/);
    expect(text).toContain('<the key>');
  });

  it('is the one under docs/', async () => {
    const written = await readFile(new URL('../../../../../docs/openapi.json', import.meta.url), 'utf8');
    expect(JSON.parse(written)).toEqual(document);
  });

  it('is shown by a page whose every part comes from this server', async () => {
    const page = await api.call('GET /docs', { as: null });
    expect(page.headers['content-type']).toContain('text/html');
    const links = [...page.text.matchAll(/(?:href|src)="([^"]+)"/g)].map((match) => match[1]!);
    expect(links.sort()).toEqual([...DOCS_ASSETS].sort());
    for (const link of links) expect((await api.call(`GET ${link}`, { as: null })).status).toBe(200);
    expect(page.headers['content-security-policy']).toContain("script-src 'self';");
  });

  function operations() {
    return Object.entries(document.paths).flatMap(([path, item]) =>
      Object.entries(item as Record<string, DescribedOperation>).map(([method, operation]) => ({
        method: method.toUpperCase(),
        path,
        operationId: operation.operationId,
        security: operation.security ?? [],
        body: operation.requestBody?.content['application/json'].schema,
      })),
    );
  }
});

interface DescribedOperation {
  readonly operationId: string;
  readonly security?: readonly object[];
  readonly requestBody?: { readonly content: { readonly 'application/json': { readonly schema: object } } };
}
