// `npm run bench`: prepares when needed, then measures Keyward beside its limits; docs/benchmarks.md says what.
//   npm run bench -- [name pattern] [--distributed] [--quick] [--json] [--minutes=10]
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { prepareOrExit, root } from './prepare.mjs';

await prepareOrExit();
process.chdir(root);
await import('./run-typescript.mjs');
const { main } = await import(pathToFileURL(join(root, 'test/bench/main.ts')).href);
process.exitCode = await main(process.argv.slice(2));
