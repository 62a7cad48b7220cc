import { randomBytes } from 'node:crypto';
import { constants, link, mkdir, open, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';

const OWNER_ONLY = 0o600;
const OTHERS = 0o077;
const MAX_BYTES = 1024 * 1024;

/**
 * The text of a file that only its owner may read; undefined when there is none.
 * @throws Error when it is no plain file, too large, or group or others may touch it.
 */
export async function readPrivateFile(path: string): Promise<string | undefined> {
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw new Error(`${path} cannot be read (${error.code ?? 'unknown error'}): check its owner.`);
    },
  );
  if (handle === undefined) return undefined;
  try {
    // Of the open handle, not of the path: the file that is checked is the file that is read.
    const stats = await handle.stat();
    if (!stats.isFile() || stats.size > MAX_BYTES) {
      throw new Error(`${path} is no plain file of reasonable size.`);
    }
    if (process.platform !== 'win32' && (stats.mode & OTHERS) !== 0) {
      const mode = (stats.mode & 0o777).toString(8).padStart(4, '0');
      throw new Error(`${path} is open to other users (mode ${mode}): run chmod 600 ${path}`);
    }
    return await handle.readFile('utf8');
  } finally {
    await handle.close();
  }
}

/**
 * Makes the file with its whole content or not at all, and never replaces one: it is written and
 * synced under another name, then linked to its own, which fails where the name is taken. Resolves
 * to false when somebody else made it first.
 */
export async function createPrivateFile(path: string, content: string): Promise<boolean> {
  const folder = dirname(path);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const draft = `${path}.${randomBytes(8).toString('hex')}.tmp`;
  try {
    await writeSynced(draft, content);
    const made = await linkUnlessTaken(draft, path);
    await syncFolder(folder);
    return made;
  } finally {
    await unlink(draft).catch(() => undefined);
  }
}

async function writeSynced(path: string, content: string): Promise<void> {
  const handle = await open(path, 'wx', OWNER_ONLY);
  try {
    await handle.writeFile(content, 'utf8');
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function linkUnlessTaken(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
