// `npm test`: prepares when needed, provides the servers that the tests need, runs Jest, and ends with one plain
// line, `N passed, N failed`. A server that cannot be provided is a failure too, with a sentence that says what to do.
//   npm test -- [--level=unit|int|e2e] [--strict] [--full] [what Jest takes]
// --strict: properties are tried on new cases, and no test gets a second try.
// --full: strict, and the specs of test/faults go on for as long as a release wants.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prepareOrExit, root } from './prepare.mjs';
import { provideServices } from './services/services.mjs';

const LEVELS = ['unit', 'int', 'e2e'];
const given = process.argv.slice(2);
const level = given.find((arg) => arg.startsWith('--level='))?.slice('--level='.length);
if (level !== undefined && !LEVELS.includes(level)) fail(`--level is one of ${LEVELS.join(', ')}`);

await prepareOrExit();
const full = given.includes('--full');
const strict = full || given.includes('--strict');
const jestArgs = given.filter((arg) => !['--full', '--strict'].includes(arg) && !arg.startsWith('--level='));
const children = new Set();
let interrupted = false;
// Both get the terminal's signal; this one has to stay until the child and the services have ended.
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    interrupted = true;
    for (const child of children) child.kill(signal);
  });
}
const folder = mkdtempSync(join(tmpdir(), 'keyward-test-'));
const services = await provideServices(level === 'unit' ? [] : await selectedFiles(), say);
let code = 1;
let result;
try {
  const report = join(folder, 'result.json');
  const left = services.missing.flatMap(({ files }) => files);
  const without = left.flatMap((file) => ['--testPathIgnorePatterns', escaped(file)]);
  if (!interrupted)
    ({ code } = await runJest([...jestArgs, ...without, '--json', `--outputFile=${report}`], services.env));
  if (existsSync(report)) result = JSON.parse(readFileSync(report, 'utf8'));
} finally {
  await services.stop();
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = close(result, code, services.missing);

/** What Jest would run with these arguments. */
async function selectedFiles() {
  const { output } = await runJest([...jestArgs, '--listTests', '--json'], {}, 'pipe');
  try {
    return JSON.parse(output);
  } catch {
    // Arguments that Jest refuses: it will say so itself.
    return [];
  }
}

function runJest(args, env, stdout = 'ignore') {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(root, 'node_modules/jest/bin/jest.js'), ...args], {
      cwd: root,
      // With --json Jest prints the result on standard output too, and what people read on standard error.
      stdio: ['inherit', stdout, stdout === 'pipe' ? 'ignore' : 'inherit'],
      env: {
        ...process.env,
        ...env,
        // Jest runs ES modules through Node's vm modules, and Node warns of that in every worker.
        NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} --experimental-vm-modules --disable-warning=ExperimentalWarning`,
        ...(level === undefined ? {} : { KEYWARD_TEST_LEVEL: level }),
        ...(full ? { KEYWARD_FAULTS_FULL: '1' } : {}),
        ...(strict ? { KEYWARD_TEST_STRICT: '1' } : {}),
      },
    });
    children.add(child);
    let output = '';
    child.stdout?.on('data', (chunk) => (output += chunk));
    child.on('error', reject);
    child.on('close', (exitCode) => {
      children.delete(child);
      resolve({ code: exitCode ?? 1, output });
    });
  });
}

/** Prints the closing line. A file that could not even be loaded, and a missing service, counts as one failure. */
function close(result, code, missing) {
  const passed = result?.numPassedTests ?? 0;
  const failed = (result?.numFailedTests ?? 0) + (result?.numRuntimeErrorTestSuites ?? 0) + missing.length;
  const skipped = (result?.numPendingTests ?? 0) + (result?.numTodoTests ?? 0);
  if (skipped > 0) process.stdout.write(`${skipped} skipped\n`);
  for (const name of passedAtSecondTry(result)) process.stdout.write(`passed at the second try: ${name}\n`);
  for (const { sentence } of missing) process.stdout.write(`${sentence}\n`);
  if (!result) process.stdout.write('Jest ended without a result\n');
  else if (passed + failed === 0) process.stdout.write('No test ran\n');
  process.stdout.write(`${passed} passed, ${failed} failed\n`);
  return code !== 0 || failed > 0 || passed === 0 ? code || 1 : 0;
}

function passedAtSecondTry(result) {
  const tests = (result?.testResults ?? []).flatMap(({ assertionResults }) => assertionResults);
  return tests
    .filter(({ status, invocations }) => status === 'passed' && invocations > 1)
    .map(({ fullName }) => fullName);
}

function say(what) {
  process.stderr.write(`${what}\n`);
}

/** A path as the regular expression that finds it alone. */
function escaped(path) {
  return `^${path.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`;
}

function fail(sentence) {
  process.stderr.write(`${sentence}\n`);
  process.exit(2);
}
