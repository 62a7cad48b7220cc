// `npm start`: prepares when needed, then runs the app in this very process, so that signals reach it
// directly and its exit code is ours.
//   node scripts/start.mjs <app> [its arguments]
import { pathToFileURL } from 'node:url';
import { join } from 'node:path';
import { prepareOrExit, root } from './prepare.mjs';

// The app finds its own arguments where every program does.
const [app = 'standalone'] = process.argv.splice(2, 1);
await prepareOrExit();
await import(pathToFileURL(join(root, 'dist/apps', app, 'src/main.js')).href);
