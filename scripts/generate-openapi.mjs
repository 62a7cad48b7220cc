// Writes docs/openapi.json from the built api's controllers, so that the file cannot drift from the code.
// `--check` writes nothing and fails when the file on disk differs.
import 'reflect-metadata';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import prettier from 'prettier';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const source = join(root, 'dist/apps/api/src/describe-api.js');
const target = join(root, 'docs/openapi.json');

if (!existsSync(source)) {
  console.error('dist/apps/api is not built: run `npm run build` first.');
  process.exit(1);
}
const { describeApi } = await import(pathToFileURL(source).href);

const options = { ...(await prettier.resolveConfig(target)), parser: 'json' };
const text = await prettier.format(JSON.stringify(await describeApi()), options);
if (!process.argv.includes('--check')) {
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, text);
} else if (!existsSync(target) || readFileSync(target, 'utf8') !== text) {
  console.error('docs/openapi.json does not match the api: run `node scripts/generate-openapi.mjs`.');
  process.exitCode = 1;
}
