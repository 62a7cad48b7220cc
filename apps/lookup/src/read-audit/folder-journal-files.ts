import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, readdir, rename, stat, unlink, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { FileLock } from '@keyward/runtime';
import { JournalFiles, type JournalFile } from './journal-files.port.js';

const LOCK = 'lock';
const DRAFT = '.draft';
const OWNER_ONLY = 0o600;

/** A folder of plain files, closed to other users and locked for this process. */
export class FolderJournalFiles extends JournalFiles {
  /** What is added to, open. */
  private current: { readonly name: string; readonly file: FileHandle } | undefined;

  private constructor(
    private readonly folder: string,
    private readonly lock: FileLock,
  ) {
    super();
  }

  /**
   * Every folder of `parent` that no living process has, with what is left in it; and a new one where there is none.
   * @throws Error of node:fs or SQLite where the disk refuses
   */
  static async openAll(parent: string): Promise<readonly [JournalFiles, ...JournalFiles[]]> {
    await mkdir(parent, { recursive: true, mode: 0o700 });
    const opened: JournalFiles[] = [];
    for (const name of await readdir(parent)) {
      const found = await FolderJournalFiles.open(join(parent, name));
      if (found) opened.push(found);
    }
    const [first, ...others] = opened;
    return first ? [first, ...others] : [await FolderJournalFiles.make(parent)];
  }

  private static async make(parent: string): Promise<JournalFiles> {
    for (;;) {
      const folder = join(parent, randomUUID());
      await mkdir(folder, { mode: 0o700 });
      await syncFolder(parent);
      // Another process that starts now may have found it first.
      const made = await FolderJournalFiles.open(folder);
      if (made) return made;
    }
  }

  private static async open(folder: string): Promise<JournalFiles | undefined> {
    const lock = await FileLock.acquire(join(folder, LOCK));
    return lock && new FolderJournalFiles(folder, lock);
  }

  async append(name: string, text: string): Promise<void> {
    const file = await this.opened(name);
    await file.appendFile(text);
    await file.datasync();
  }

  async write(name: string, text: string): Promise<void> {
    const draft = join(this.folder, name + DRAFT);
    const file = await open(draft, 'w', OWNER_ONLY);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, join(this.folder, name));
    await syncFolder(this.folder);
  }

  read(name: string): Promise<string> {
    return readFile(join(this.folder, name), 'utf8');
  }

  async remove(names: readonly string[]): Promise<void> {
    if (names.length === 0) return;
    if (this.current && names.includes(this.current.name)) await this.closeCurrent();
    for (const name of names) await unlink(join(this.folder, name)).catch(unlessMissing);
    await syncFolder(this.folder);
  }

  async list(): Promise<readonly JournalFile[]> {
    const names = (await readdir(this.folder)).filter((name) => !name.startsWith(LOCK));
    return Promise.all(
      names.map(async (name) => ({ name, bytes: (await stat(join(this.folder, name))).size })),
    );
  }

  async close(): Promise<void> {
    await this.closeCurrent();
    this.lock.release();
  }

  private async opened(name: string): Promise<FileHandle> {
    if (this.current?.name === name) return this.current.file;
    await this.closeCurrent();
    const file = await open(join(this.folder, name), 'a', OWNER_ONLY);
    this.current = { name, file };
    await syncFolder(this.folder);
    return file;
  }

  private async closeCurrent(): Promise<void> {
    const { current } = this;
    this.current = undefined;
    await current?.file.close();
  }
}

function unlessMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}

/** Names of files are on disk only when their folder is. Windows has no such call. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
