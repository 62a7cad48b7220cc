import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { FastifyInstance } from 'fastify';

const require = createRequire(import.meta.url);

/** Without a script or a style of its own, so that the page's policy need not allow any. */
export const DOCS_PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Keyward API</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="/docs/swagger-ui.css">
<link rel="icon" href="/docs/favicon-32x32.png">
</head>
<body>
<div id="docs"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
`;

const START_SCRIPT =
  "SwaggerUIBundle({ url: '/openapi.json', dom_id: '#docs', deepLinking: true, validatorUrl: null, persistAuthorization: false });\n";

/** What the page loads, all from this server; a file that is not named here is not served. */
const ASSETS: Readonly<
  Record<string, { readonly type: string; readonly read: () => Promise<Buffer | string> }>
> = {
  '/docs/swagger-ui.css': { type: 'text/css; charset=utf-8', read: () => readAsset('swagger-ui.css') },
  '/docs/swagger-ui-bundle.js': {
    type: 'text/javascript; charset=utf-8',
    read: () => readAsset('swagger-ui-bundle.js'),
  },
  '/docs/favicon-32x32.png': { type: 'image/png', read: () => readAsset('favicon-32x32.png') },
  '/docs/start.js': { type: 'text/javascript; charset=utf-8', read: async () => START_SCRIPT },
};

export const DOCS_ASSETS: readonly string[] = Object.keys(ASSETS);

export function serveDocsAssets(fastify: FastifyInstance): void {
  for (const [path, { type, read }] of Object.entries(ASSETS)) {
    fastify.get(path, async (_request, reply) => {
      const content = await read();
      return reply.type(type).header('Cache-Control', 'public, max-age=3600').send(content);
    });
  }
}

function readAsset(name: string): Promise<Buffer> {
  return readFile(require.resolve(`swagger-ui-dist/${name}`));
}
