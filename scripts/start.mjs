// `npm start`: prepares when needed, then runs all of Keyward in this very process, so that signals
// reach it directly and its exit code is ours.
import { pathToFileURL } from 'node:url';
import { join } from 'node:path';
import { prepareOrExit, root } from './prepare.mjs';

await prepareOrExit();
await import(pathToFileURL(join(root, 'dist/apps/standalone/src/main.js')).href);
