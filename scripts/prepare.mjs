// Makes a clone ready to run: installs the dependencies when they are missing or not those of the
// lock file, and compiles when a source changed. Only Node's own modules, since nothing else may be
// there yet. Progress goes to standard error, which leaves standard output to the program.
//   node scripts/prepare.mjs [--install-only]
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { alone } from './preparation-lock.mjs';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
const MINIMUM_NODE = [20, 19];
const STAMP = '.keyward-stamp';
const HEARTBEAT_MS = 10_000;

export async function prepare({ build = true } = {}) {
  checkNode();
  const work = async () => {
    await install();
    linkOwnCommand();
    if (!build) return;
    await compile();
    await buildConsole();
  };
  await alone(root, work, (sentence) => process.stderr.write(`${sentence}\n`));
}

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > MINIMUM_NODE[0] || (major === MINIMUM_NODE[0] && minor >= MINIMUM_NODE[1])) return;
  throw new Error(`Keyward needs Node.js ${MINIMUM_NODE.join('.')} or later; this is ${process.version}.`);
}

async function install() {
  const lock = readFileSync(join(root, 'package-lock.json'), 'utf8');
  // The platform is in the stamp because some packages bring a compiled part.
  const wanted = hash(`${process.platform} ${process.arch} ${process.versions.modules} ${lock}`);
  const stamp = join(root, 'node_modules', STAMP);
  if (readStamp(stamp) === wanted) return;
  if (!existsSync(stamp) && isInstalled(JSON.parse(lock))) return writeFileSync(stamp, wanted);
  await step('Installing dependencies', ...npm('ci', '--include=dev', '--no-audit', '--no-fund'));
  writeFileSync(stamp, wanted);
}

/** True when somebody ran npm here and every package is the lock file's. */
function isInstalled(lock) {
  const path = join(root, 'node_modules/.package-lock.json');
  if (!existsSync(path)) return false;
  const installed = JSON.parse(readFileSync(path, 'utf8')).packages;
  return Object.entries(lock.packages).every(
    ([name, { version, optional }]) => name === '' || optional || installed[name]?.version === version,
  );
}

/** `npx keyward` looks for node_modules/.bin/keyward, which npm makes for dependencies only. */
function linkOwnCommand() {
  const link = join(root, 'node_modules/.bin/keyward');
  if (existsSync(link) || process.platform === 'win32') return;
  rmSync(link, { force: true });
  mkdirSync(dirname(link), { recursive: true });
  symlinkSync('../../bin/keyward.mjs', link);
}

const CONSOLE = join('apps', 'console');

async function compile() {
  const sources = ['apps', 'libs']
    .flatMap((folder) => filesUnder(join(root, folder)))
    .filter((file) => !isOfConsole(file));
  const configs = ['package-lock.json', 'nest-cli.json', 'tsconfig.base.json', '.swcrc'].map((file) =>
    join(root, file),
  );
  const wanted = hash([...sources, ...configs].map(describe).join('\n'));
  const stamp = join(root, 'dist', STAMP);
  if (readStamp(stamp) === wanted) return;
  await step('Compiling', process.execPath, [
    join(root, 'node_modules/@nestjs/cli/bin/nest.js'),
    'build',
    '--all',
  ]);
  removeStale();
  writeFileSync(stamp, wanted);
}

/** The console is made for browsers, by another compiler. */
async function buildConsole() {
  const sources = [...filesUnder(join(root, CONSOLE)), ...filesUnder(join(root, 'libs/domain'))].filter(
    (file) => !file.endsWith('schema.d.ts'),
  );
  const others = ['package-lock.json', 'docs/openapi.json', 'scripts/build-console.mjs'].map((file) =>
    join(root, file),
  );
  const wanted = hash([...sources, ...others].map(describe).join('\n'));
  const stamp = join(root, 'dist/console', STAMP);
  if (readStamp(stamp) === wanted) return;
  await step('Building the console', process.execPath, [join(root, 'scripts/build-console.mjs')]);
  writeFileSync(stamp, wanted);
}

function isOfConsole(file) {
  return relative(root, file).startsWith(CONSOLE);
}

/** Name, time and size tell that a file changed, and reading them takes milliseconds where hashing contents would not. */
function describe(file) {
  const { mtimeMs, size } = statSync(file);
  return `${relative(root, file)} ${mtimeMs} ${size}`;
}

/** A compiled file whose source is gone would still be imported, or found by the tests. */
function removeStale() {
  const dist = join(root, 'dist');
  for (const folder of ['apps', 'libs']) {
    for (const file of filesUnder(join(dist, folder))) {
      const source = join(root, relative(dist, file)).replace(/\.js(\.map)?$/, '.ts');
      if (!existsSync(source)) rmSync(file);
    }
  }
}

function filesUnder(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

function readStamp(file) {
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}

function hash(text) {
  return createHash('sha256').update(text).digest('hex');
}

/** The npm that started this, else the one on the path. */
function npm(...args) {
  const path = process.env.npm_execpath;
  return path?.endsWith('npm-cli.js') ? [process.execPath, [path, ...args]] : ['npm', args];
}

/** Runs a program that is quiet when all is well: a line now and then, and its output if it fails. */
async function step(title, command, args) {
  const start = performance.now();
  const seconds = () => `${Math.round((performance.now() - start) / 100) / 10} s`;
  process.stderr.write(`${title} ...\n`);
  const heartbeat = setInterval(() => process.stderr.write(`${title} ... ${seconds()}\n`), HEARTBEAT_MS);
  const output = [];
  try {
    const code = await run(command, args, output);
    if (code !== 0) throw new Error(`${title} failed (exit code ${code}):\n${Buffer.concat(output)}`);
  } finally {
    clearInterval(heartbeat);
  }
  process.stderr.write(`${title}: done in ${seconds()}\n`);
}

function run(command, args, output) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: process.platform === 'win32' && command === 'npm',
    });
    child.stdout.on('data', (chunk) => output.push(chunk));
    child.stderr.on('data', (chunk) => output.push(chunk));
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? 1));
  });
}

/** For the scripts: an error in preparing is a sentence, not a stack. */
export async function prepareOrExit(options) {
  try {
    await prepare(options);
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await prepareOrExit({ build: !process.argv.includes('--install-only') });
}
