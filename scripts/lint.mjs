// `npm run lint`: all rules that a machine can check, each step run even when one before it failed.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { prepareOrExit, root } from './prepare.mjs';

const bin = (name) => join(root, 'node_modules/.bin', name);
const generator = (name) => [process.execPath, join(root, 'scripts', name), '--check'];
const STEPS = [
  ['types', bin('tsc'), '--noEmit', '-p', 'tsconfig.json'],
  ["the console's types", bin('tsc'), '--noEmit', '-p', 'apps/console/tsconfig.json'],
  ['code rules', bin('eslint'), '.', '--max-warnings=0', '--concurrency=2'],
  ['import directions', bin('depcruise'), 'apps', 'libs', 'test', '--output-type', 'err-long'],
  ['format', bin('prettier'), '--check', '--log-level=warn', '.'],
  ['generated types', ...generator('generate-proto.mjs')],
  ['docs/catalogue.md', ...generator('generate-catalogue-docs.mjs')],
  ['docs/configuration.md', ...generator('generate-configuration-docs.mjs')],
  ['docs/cli.md', ...generator('generate-cli-docs.mjs')],
  ['docs/metrics.md', ...generator('generate-metrics-docs.mjs')],
];

await prepareOrExit();
const failed = [];
for (const [title, command, ...args] of STEPS) {
  if (!existsSync(command === process.execPath ? args[0] : command))
    throw new Error(`${title}: ${args[0] ?? command} is missing`);
  const start = performance.now();
  const ok = (await run(command, args)) === 0;
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  process.stderr.write(`${ok ? 'ok    ' : 'FAILED'} ${title} (${seconds} s)\n`);
  if (!ok) failed.push(title);
}
if (failed.length > 0) {
  process.stderr.write(`Lint failed: ${failed.join(', ')}\n`);
  process.exitCode = 1;
}

function run(command, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? 1));
  });
}
