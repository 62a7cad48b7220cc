import Database from 'libsql';
import { stored } from './stored-names.js';

/**
 * Makes the log file of an ended standalone one that a stand-in opens, in place: as if all of it had been written
 * there. It is how a long log comes about in seconds.
 */
export function adoptLog(file: string): void {
  const db = new Database(file);
  const prefix = stored('');
  db.prepare('UPDATE events SET stream = ?1 || stream, type = ?1 || type').run([prefix]);
  db.prepare('UPDATE stream_rules SET stream = ?1 || stream').run([prefix]);
  db.close();
}
