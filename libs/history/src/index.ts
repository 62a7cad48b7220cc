export {
  HistoryIndexError,
  type AsOfPosition,
  type HistoryEntry,
  type HistoryFilter,
  type HistoryIndex,
  type HistoryIndexErrorCode,
  type HistoryPage,
  type HistoryQuery,
  type KeyUse,
  type KeyUses,
  type LastEntries,
  type LastEntriesQuery,
  type LastUses,
  type NamedKey,
} from './history-index.port.js';
export { HISTORY_KINDS, HISTORY_KIND_OF, type HistoryKind } from './history-kind.js';
export { HistoryModule } from './history.module.js';
export { History, type Freshness, type HistoryParts, type HistoryReport } from './history.js';
