import type { HistoryIndex } from '../history-index.port.js';
import { remoteLedger } from '../remote-ledger.js';
import { HistoryFile } from '../sqlite/history-file.js';
import type { HistoryFileOptions } from '../sqlite/open-file.js';

/** The same index without a thread, for tests that are not about the thread. */
export async function openInProcess(options: HistoryFileOptions): Promise<HistoryIndex> {
  const file = HistoryFile.open(options);
  return {
    last: async () => file.last(),
    apply: async (events, through) => file.apply(events, through),
    reset: async () => file.reset(),
    read: async (query) => file.read(query),
    lastOfEach: async (query) => file.lastOfEach(query),
    audit: remoteLedger(async (call, args) => file.audit(call, args)),
    uses: async (organizationId, integrationId) => file.usesOf(organizationId, integrationId),
    lastUses: async (keyIds) => file.lastUses(keyIds),
    close: async () => file.close(),
  };
}
