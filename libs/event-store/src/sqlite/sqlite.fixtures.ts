import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** The built store: other processes run what is shipped, not what jest transforms. */
const BUILT_STORE = new URL(
  '../../../../dist/libs/event-store/src/sqlite/sqlite-event-store.js',
  import.meta.url,
);

export interface TemporaryFolder {
  path(name: string): string;
  remove(): void;
}

export function temporaryFolder(): TemporaryFolder {
  const root = mkdtempSync(join(tmpdir(), 'keyward-event-store-'));
  return {
    path: (name) => join(root, name),
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}

/** Another process that has `SqliteEventStore`, `file` and `say(line)` at hand. */
export class OtherProcess {
  readonly lines: string[] = [];
  private readonly child: ChildProcess;
  private readonly closed: Promise<unknown>;
  private readonly watchers = new Set<() => void>();
  private ended = false;
  private errors = '';

  /** @param fileSizeLimit largest file it may write, in KiB: a write beyond it fails. */
  constructor(file: string, code: string, fileSizeLimit?: number) {
    const script = `
      import { randomUUID } from 'node:crypto';
      import { writeSync } from 'node:fs';
      const { SqliteEventStore } = await import(${JSON.stringify(BUILT_STORE.href)});
      const file = ${JSON.stringify(file)};
      const say = (line) => writeSync(1, line + '\\n');
      const anEvent = (data = {}) => ({ id: randomUUID(), type: 'ThingHappened', data, metadata: {} });
      ${code}`;
    const limit = fileSizeLimit === undefined ? 'unlimited' : String(fileSizeLimit);
    this.child = spawn(
      'bash',
      ['--norc', '-c', `ulimit -f ${limit}; exec "$0" --input-type=module -e "$1"`, process.execPath, script],
      {
        cwd: fileURLToPath(new URL('.', BUILT_STORE)),
        env: { PATH: process.env['PATH'] ?? '' },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    this.child.stderr!.on('data', (chunk: Buffer) => (this.errors += chunk.toString()));
    createInterface({ input: this.child.stdout! }).on('line', (line) => {
      this.lines.push(line);
      this.wake();
    });
    this.closed = once(this.child, 'close').then(() => {
      this.ended = true;
      this.wake();
    });
  }

  async untilLines(count: number): Promise<void> {
    while (this.lines.length < count) {
      if (this.ended) throw new Error(`the process ended after ${this.lines.length} lines: ${this.errors}`);
      await new Promise<void>((resolve) => this.watchers.add(resolve));
    }
  }

  /** Waits for its end by itself. */
  async untilEnd(): Promise<void> {
    await this.closed;
    if (this.errors !== '') throw new Error(this.errors);
  }

  /** kill -9, and waits until it is gone. */
  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.closed;
  }

  private wake(): void {
    const watchers = [...this.watchers];
    this.watchers.clear();
    for (const watcher of watchers) watcher();
  }
}

/**
 * Which of the store's files hold these bytes. Looked up by another process, because opening and closing
 * the file here would drop the locks of the store under test.
 */
export function filesHolding(file: string, text: string): string[] {
  const { stdout } = spawnSync('grep', ['-laF', text, file, `${file}-wal`], { encoding: 'utf8' });
  return stdout.split('\n').filter((line) => line !== '');
}
