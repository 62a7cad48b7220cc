// `npm test`: prepares when needed, runs Jest, and ends with one plain line, `N passed, N failed`.
//   npm test -- [--level=unit|int|e2e] [what Jest takes]
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prepareOrExit, root } from './prepare.mjs';

const LEVELS = ['unit', 'int', 'e2e'];
const given = process.argv.slice(2);
const level = given.find((arg) => arg.startsWith('--level='))?.slice('--level='.length);
if (level !== undefined && !LEVELS.includes(level)) fail(`--level is one of ${LEVELS.join(', ')}`);

await prepareOrExit();
const folder = mkdtempSync(join(tmpdir(), 'keyward-test-'));
let code;
let result;
try {
  const report = join(folder, 'result.json');
  const jestArgs = given.filter((arg) => !arg.startsWith('--level='));
  code = await runJest([...jestArgs, '--json', `--outputFile=${report}`]);
  if (existsSync(report)) result = JSON.parse(readFileSync(report, 'utf8'));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = close(result, code);

function runJest(args) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(root, 'node_modules/jest/bin/jest.js'), ...args], {
      cwd: root,
      // With --json Jest prints the result on standard output too, and what people read on standard error.
      stdio: ['inherit', 'ignore', 'inherit'],
      env: {
        ...process.env,
        // Jest runs ES modules through Node's vm modules, and Node warns of that in every worker.
        NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} --experimental-vm-modules --disable-warning=ExperimentalWarning`,
        ...(level === undefined ? {} : { KEYWARD_TEST_LEVEL: level }),
      },
    });
    // Both get the terminal's signal; this one has to stay until the child has cleaned up.
    for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
    child.on('error', reject);
    child.on('close', (exitCode) => resolve(exitCode ?? 1));
  });
}

/** Prints the closing line. A file that could not even be loaded counts as one failure. */
function close(result, code) {
  const passed = result?.numPassedTests ?? 0;
  const failed = (result?.numFailedTests ?? 0) + (result?.numRuntimeErrorTestSuites ?? 0);
  const skipped = (result?.numPendingTests ?? 0) + (result?.numTodoTests ?? 0);
  if (skipped > 0) process.stdout.write(`${skipped} skipped\n`);
  if (!result) process.stdout.write('Jest ended without a result\n');
  else if (passed + failed === 0) process.stdout.write('No test ran\n');
  process.stdout.write(`${passed} passed, ${failed} failed\n`);
  return code !== 0 || failed > 0 || passed === 0 ? code || 1 : 0;
}

function fail(sentence) {
  process.stderr.write(`${sentence}\n`);
  process.exit(2);
}
