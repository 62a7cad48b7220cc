// `node --import ./scripts/run-typescript.mjs some.ts`: runs TypeScript that is no part of the build, without
// a compile step, on top of the built libraries: what is measured is what ships. Types are not checked here.
import { existsSync, readFileSync } from 'node:fs';
import { register } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { isMainThread } from 'node:worker_threads';
import { transformSync } from '@swc/core';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const LIBRARY = /^@keyward\/([a-z-]+)(\/testing)?$/;

// The same file is the program's preload and, in the thread that Node keeps for them, the hooks themselves.
if (isMainThread) register(import.meta.url);

export function resolve(specifier, context, next) {
  const library = LIBRARY.exec(specifier);
  if (library) {
    const [, name, testing = ''] = library;
    return next(pathToFileURL(join(root, `dist/libs/${name}/src${testing}/index.js`)).href, context);
  }
  const source = specifier.replace(/\.js$/, '.ts');
  const isOwn = specifier.startsWith('.') && context.parentURL?.endsWith('.ts');
  if (isOwn && existsSync(new URL(source, context.parentURL))) return next(source, context);
  return next(specifier, context);
}

export function load(url, context, next) {
  if (!url.endsWith('.ts')) return next(url, context);
  const { code } = transformSync(readFileSync(fileURLToPath(url), 'utf8'), {
    filename: fileURLToPath(url),
    sourceMaps: 'inline',
    module: { type: 'es6' },
    jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
  });
  return { format: 'module', source: code, shortCircuit: true };
}
