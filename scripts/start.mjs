// `npm start`: prepares when needed, then runs the app in this very process, so that signals reach it
// directly and its exit code is ours.
//   node scripts/start.mjs <app> [its arguments]
import { pathToFileURL } from 'node:url';
import { join } from 'node:path';
import { prepareOrExit, root } from './prepare.mjs';

// Whoever starts all of it by hand, with the local issuer and for this machine alone, wants to look at the console too.
const isForThisMachine = ['HTTP_HOST', 'TOKEN_ISSUER', 'TOKEN_JWKS_URL', 'OIDC_ISSUER'].every(
  (name) => !process.env[`KEYWARD_${name}`],
);
if (process.argv[2] === 'standalone' && isForThisMachine) process.env.KEYWARD_DEVELOPMENT_SIGN_IN ||= 'true';

// The app finds its own arguments where every program does.
const [app = 'standalone'] = process.argv.splice(2, 1);
await prepareOrExit();
await import(pathToFileURL(join(root, 'dist/apps', app, 'src/main.js')).href);
