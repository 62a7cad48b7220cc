import { spawn, type ChildProcess } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** In the place of the compiler: says when it began and ended, and ends when it is let. */
const COMPILER = `
const { appendFileSync, existsSync, mkdirSync } = require('node:fs');
mkdirSync('dist', { recursive: true });
appendFileSync('compiled', 'begun ');
const timer = setInterval(() => {
  if (!existsSync('may-end')) return;
  clearInterval(timer);
  appendFileSync('compiled', 'ended ');
}, 10);
`;

/** In the place of the one that builds the console. */
const CONSOLE_BUILDER =
  "import { mkdirSync } from 'node:fs'; mkdirSync('dist/console', { recursive: true });";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keyward-preparing-'));
  cpSync(new URL('../../scripts', import.meta.url), join(folder, 'scripts'), { recursive: true });
  put('package-lock.json', JSON.stringify({ packages: {} }));
  put('node_modules/.package-lock.json', JSON.stringify({ packages: {} }));
  put('node_modules/@nestjs/cli/bin/nest.js', COMPILER);
  for (const file of ['nest-cli.json', 'tsconfig.base.json', '.swcrc', 'docs/openapi.json']) put(file, '{}');
  put('scripts/build-console.mjs', CONSOLE_BUILDER);
});
const running = new Set<ChildProcess>();
afterEach(async () => {
  // Lets a compiler end that lost its parent.
  put('may-end', '');
  for (const child of running) child.kill('SIGKILL');
  await until(() => running.size === 0);
  rmSync(folder, { recursive: true });
});

function put(file: string, text: string): void {
  mkdirSync(dirname(join(folder, file)), { recursive: true });
  writeFileSync(join(folder, file), text);
}

function prepare() {
  const env = { ...process.env, TMPDIR: folder };
  const child = spawn(process.execPath, ['scripts/prepare.mjs'], { cwd: folder, env });
  running.add(child);
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (said += chunk));
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  child.on('exit', () => running.delete(child));
  return { child, ended, said: () => said };
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 10));
}

describe('apps of a fresh clone that are started at once', () => {
  it('are prepared by one of them; the others say whom they wait for', async () => {
    const all = Array.from({ length: 5 }, prepare);
    const waiting = () => all.filter(({ said }) => said().includes('waiting for it'));
    await until(() => waiting().length === 4);
    put('may-end', '');
    expect(await Promise.all(all.map(({ ended }) => ended))).toEqual([0, 0, 0, 0, 0]);
    expect(readFileSync(join(folder, 'compiled'), 'utf8')).toBe('begun ended ');
    const one = all.find((each) => !waiting().includes(each))!;
    for (const { said } of waiting()) {
      expect(said()).toMatch(
        new RegExp(`^Process ${one.child.pid} is preparing this folder: waiting for it`),
      );
      expect(said()).not.toContain('Compiling');
    }
  });

  it('do not wait for one that was killed', async () => {
    const killed = prepare();
    await until(() => killed.said().includes('Compiling ...'));
    killed.child.kill('SIGKILL');
    await killed.ended;
    put('may-end', '');
    const next = [prepare(), prepare()];
    expect(await Promise.all(next.map(({ ended }) => ended))).toEqual([0, 0]);
    expect(next.filter(({ said }) => said().includes('Compiling: done'))).toHaveLength(1);
  });
});
