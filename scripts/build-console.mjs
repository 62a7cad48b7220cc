// Builds the console into dist/console: first the types of the HTTP API, from docs/openapi.json.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import openapiTS, { astToString } from 'openapi-typescript';
import { build } from 'vite';
import { root } from './prepare.mjs';

const ast = await openapiTS(pathToFileURL(join(root, 'docs/openapi.json')));
writeFileSync(join(root, 'apps/console/src/api/schema.d.ts'), astToString(ast));
await build({ configFile: join(root, 'apps/console/vite.config.ts'), logLevel: 'error' });
