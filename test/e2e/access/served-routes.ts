import { INTEGRATION, type AccessWorld, type Place } from './access-world.js';

interface DescribedOperation {
  readonly operationId: string;
  readonly requestBody?: {
    readonly content: { readonly 'application/json': { readonly schema: { readonly example?: unknown } } };
  };
}

/** A route as the running Keyward describes it. */
export interface ServedRoute {
  readonly operation: string;
  readonly method: string;
  /** `/v1/organizations/{org}` */
  readonly template: string;
  /** A body that the route takes. */
  readonly body: string | undefined;
}

/** All routes, from the OpenAPI document that is served. */
export async function servedRoutes(world: AccessWorld): Promise<ServedRoute[]> {
  const { text } = await world.send({ method: 'GET', path: '/openapi.json' });
  const { paths } = JSON.parse(text) as { paths: Record<string, Record<string, DescribedOperation>> };
  return Object.entries(paths).flatMap(([template, operations]) =>
    Object.entries(operations).map(([method, { operationId, requestBody }]) => ({
      operation: operationId,
      method: method.toUpperCase(),
      template,
      body: requestBody && JSON.stringify(requestBody.content['application/json'].schema.example),
    })),
  );
}

/** @throws Error for a parameter that nobody told the tests of: it may name a tenant. */
export function pathAt(
  { template }: Pick<ServedRoute, 'template'>,
  { organizationId, projectId }: Place,
): string {
  const ids: Readonly<Record<string, string>> = {
    org: organizationId,
    project: projectId,
    integration: INTEGRATION,
    version: '1',
  };
  return template.replace(/\{(\w+)\}/g, (_, name: string) => {
    const id = ids[name];
    if (id === undefined)
      throw new Error(`the access tests do not know the parameter {${name}} of ${template}`);
    return id;
  });
}
