import Database from 'libsql';
import { EventStoreError } from '../event-store.errors.js';
import type { Connection } from './connection.js';

/**
 * One process at a time on a store file: an exclusive SQLite lock on `<file>.lock`. The operating
 * system frees it when the process dies, however it dies, so there is no stale lock to remove.
 *
 * Do NOT open and close the lock file (or the store file) by other means in the same process: POSIX drops all
 * locks a process has on a file as soon as the process closes any descriptor of it.
 */
export class FileLock {
  private constructor(private readonly db: Connection) {}

  /** @throws EventStoreError STORE_IN_USE when another store, here or in another process, has the file. */
  static acquire(file: string): FileLock {
    const db = new Database(`${file}.lock`, { timeout: 0 });
    try {
      db.exec('PRAGMA journal_mode = MEMORY');
      db.exec('BEGIN EXCLUSIVE');
      return new FileLock(db);
    } catch (error) {
      db.close();
      if ((error as { code?: unknown }).code !== 'SQLITE_BUSY') throw error;
      throw new EventStoreError(
        'STORE_IN_USE',
        `the event store ${file} is in use by another Keyward process: ` +
          'stop that one first, or give this one a file of its own with KEYWARD_EVENT_STORE=sqlite:<path>',
      );
    }
  }

  release(): void {
    this.db.exec('ROLLBACK');
    this.db.close();
  }
}
