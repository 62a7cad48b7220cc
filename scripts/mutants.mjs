// `npm run mutants`: takes one protection after the other out of a private copy of the project, and expects the spec that
// is named beside it to fail. CONTRIBUTING.md says how a row is added.
//   npm run mutants -- [pattern of names, files or specs]
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { prepareOrExit, root } from './prepare.mjs';

await prepareOrExit();
process.chdir(root);
await import('./run-typescript.mjs');
const { main } = await import(pathToFileURL(join(root, 'test/faults/mutants/main.ts')).href);
process.exitCode = await main(process.argv.slice(2));
