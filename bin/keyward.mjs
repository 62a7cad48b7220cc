#!/usr/bin/env node
// The `keyward` command: the compiled command-line app, wherever it is called from.
import { existsSync } from 'node:fs';

const main = new URL('../dist/apps/cli/src/main.js', import.meta.url);
if (existsSync(main)) {
  await import(main.href);
} else {
  process.stderr.write('keyward is not built yet: run `npm start` or `npm run build` first.\n');
  process.exitCode = 1;
}
