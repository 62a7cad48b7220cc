/** Without the libraries that the rest of this one loads: for a thread, which loads every module anew. */
export {
  AuditLedger,
  LEDGER_CALLS,
  LEDGER_STREAM_PREFIXES,
  type LedgerCall,
  type RemoteLedger,
} from '../ledger/ledger.js';
export { HEADS_STREAM_PREFIX } from '../log/heads-stream.js';
export { LEDGER_TABLES, prepareLedger } from '../ledger/ledger-schema.js';
