import { closeSync, existsSync, mkdirSync, openSync, readSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'libsql';
import { HistoryIndexError } from '../history-index.port.js';
import { prepareSchema } from './history-schema.js';

/** Other processes may share the file; none of them holds it for long. */
const BUSY_TIMEOUT_MS = 5_000;

/** "KWHI" in the header of the file: what has another number is somebody else's, and is left alone. */
const APPLICATION_ID = 0x4b574849;
const HEADER = 'SQLite format 3\0';
const HEADER_BYTES = 100;
const APPLICATION_ID_AT = 68;

/** SQLite found that the file is none of its own, or that its parts contradict each other. */
const DAMAGED = ['SQLITE_CORRUPT', 'SQLITE_NOTADB'];

/** Where the index is, and of which log it is made. */
export interface HistoryFileOptions {
  readonly storeId: string;
  /** Made, with its folder, when it is not there. */
  readonly file: string;
  /** Whether what is there is thrown away first. Nothing in this process may have it open. */
  readonly discard?: boolean;
  /** Upper bound of the file in pages of 4 KiB. For tests of a full disk. */
  readonly maxPages?: number;
}

/**
 * The index of this log in a file; what the file held of another log, or in another format, is gone.
 * @throws HistoryIndexError LOST when the file is damaged: it has to be discarded. UNAVAILABLE
 */
export function openFile({
  file,
  storeId,
  discard = false,
  maxPages,
}: HistoryFileOptions): Database.Database {
  let db: Database.Database | undefined;
  try {
    refuseAnothersFile(file);
    if (discard) throwAway(file);
    const isNew = createPrivately(file);
    db = new Database(file, { timeout: BUSY_TIMEOUT_MS });
    if (isNew) db.exec(`PRAGMA application_id = ${APPLICATION_ID}`);
    if (maxPages !== undefined) db.exec(`PRAGMA max_page_count = ${maxPages}`);
    // Nothing here needs to survive a crash of the machine but the file's being in order, which WAL sees to.
    db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL');
    checkSound(db, file);
    prepareSchema(db, storeId);
    return db;
  } catch (error) {
    db?.close();
    throw toIndexError(error, file);
  }
}

/** @throws HistoryIndexError LOST */
function checkSound(db: Database.Database, file: string): void {
  const [found] = db.prepare('PRAGMA quick_check(1)').raw().get([]) as [string];
  if (found !== 'ok') throw damaged(file);
}

/**
 * Only before anything has opened the file: a connection that is closed is gone for SQLite when its
 * statements have been collected, and takes what is then under the names of its files with it.
 */
function throwAway(file: string): void {
  for (const path of [file, `${file}-wal`, `${file}-shm`]) rmSync(path, { force: true });
}

/** With the names of what SQLite says, without the statements that its messages may quote. */
export function toIndexError(error: unknown, file: string): HistoryIndexError {
  if (error instanceof HistoryIndexError) return error;
  const { code, message } = error as { readonly code?: unknown; readonly message?: unknown };
  const reason = typeof code === 'string' && code !== '' ? code : String(message);
  if (DAMAGED.some((start) => reason.startsWith(start))) return damaged(file, error);
  return new HistoryIndexError('UNAVAILABLE', `the history in ${file} cannot be used: ${reason}`, {
    cause: error,
  });
}

function damaged(file: string, cause?: unknown): HistoryIndexError {
  const sentence = `the history in ${file} is damaged and has to be made anew`;
  return new HistoryIndexError('LOST', sentence, { cause });
}

/** Whether nothing is in it yet. */
function createPrivately(file: string): boolean {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  // Closing a descriptor of a file in use would drop SQLite's locks on it.
  if (!existsSync(file)) closeSync(openSync(file, 'a', 0o600));
  return statSync(file).size === 0;
}

/** An event log, say, that was given this name: to throw it away would be the end of it. */
function refuseAnothersFile(file: string): void {
  if (!existsSync(file)) return;
  const header = Buffer.alloc(HEADER_BYTES);
  const descriptor = openSync(file, 'r');
  const length = readSync(descriptor, header, 0, header.length, 0);
  closeSync(descriptor);
  if (length < header.length || header.toString('latin1', 0, HEADER.length) !== HEADER) return;
  if (header.readUInt32BE(APPLICATION_ID_AT) === APPLICATION_ID) return;
  throw new HistoryIndexError('UNAVAILABLE', `${file} belongs to another program: move it elsewhere`);
}
