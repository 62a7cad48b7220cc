import type { ReadModelRecord } from './records.js';

/**
 * The fence: whether a record is newer than what the store holds under the same key. By the
 * revision of its stream; where that is equal, a slot whose key was wrapped anew is newer.
 */
export function supersedes(next: ReadModelRecord, held: ReadModelRecord | undefined): boolean {
  if (held === undefined || next.revision > held.revision) return true;
  return next.revision === held.revision && sealedRevision(next) > sealedRevision(held);
}

function sealedRevision(record: ReadModelRecord): bigint {
  return record.kind === 'slot' ? (record.sealedRevision ?? -1n) : -1n;
}
