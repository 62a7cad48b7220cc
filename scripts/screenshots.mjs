// `npm run screenshots`: takes the pictures of the console that lie in docs/console, with a Keyward of its own.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { prepareOrExit, root } from './prepare.mjs';
import { chromiumService } from './services/chromium.mjs';

await prepareOrExit();
process.chdir(root);
const say = (line) => process.stderr.write(`${line}\n`);
if (!process.env.KEYWARD_TEST_CHROMIUM) {
  await chromiumService.prepare(say);
  process.env.KEYWARD_TEST_CHROMIUM = (await chromiumService.start()).url;
}
await import('./run-typescript.mjs');
const { main } = await import(pathToFileURL(join(root, 'test/console/screenshots.ts')).href);
await main();
