import type { ChangeLogReader, ChangeLogWriter } from './change-log.port.js';
import { MemoryChangeLog } from './memory/memory-change-log.js';

/**
 * The change log that a URL names.
 * @throws Error with the setting's name and rule when it names none.
 */
export function openChangeLog(url: string): { writer: ChangeLogWriter; reader: ChangeLogReader } {
  if (url !== 'memory:') {
    throw new Error(
      'KEYWARD_CHANGE_LOG must be memory: (the change log inside the process): correct it, or leave it out.',
    );
  }
  const log = new MemoryChangeLog();
  return { writer: log, reader: log };
}
