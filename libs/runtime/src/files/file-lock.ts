import type { Database } from 'libsql';

/**
 * One process at a time: an exclusive SQLite lock on a file of its own. The operating system frees it when the process
 * dies, however it dies, so there is no stale lock to remove.
 *
 * Do NOT open and close the lock file (or what it guards, where that is a SQLite file) by other means in the same
 * process: POSIX drops all locks a process has on a file as soon as the process closes any descriptor of it.
 */
export class FileLock {
  private constructor(private readonly db: Database) {}

  /** Undefined when somebody else has it, here or in another process. */
  static async acquire(file: string): Promise<FileLock | undefined> {
    // Only here: a command line that locks nothing does not wait for it to load.
    const { default: Database } = await import('libsql');
    const db = new Database(file, { timeout: 0 });
    try {
      db.exec('PRAGMA journal_mode = MEMORY');
      db.exec('BEGIN EXCLUSIVE');
      return new FileLock(db);
    } catch (error) {
      db.close();
      if ((error as { code?: unknown }).code !== 'SQLITE_BUSY') throw error;
      return undefined;
    }
  }

  release(): void {
    this.db.exec('ROLLBACK');
    this.db.close();
  }
}
