export { AuditError, type AuditErrorCode } from './audit.errors.js';
export { AuditModule } from './audit.module.js';
export { auditSettings, type AuditSettings } from './audit.settings.js';
export { canonicalJson, type CanonicalValue } from './canonical/canonical-json.js';
export { CSV_COLUMNS, exportCsv } from './export/export-csv.js';
export { exportLines, type ExportSource } from './export/export-lines.js';
export { AuditKeys, type AuditKeysOptions } from './head/audit-keys.js';
export { HeadSigner } from './head/head-signer.port.js';
export { headHash, headLine, signHead, type Head, type HeadToSign, type SignedHead } from './head/head.js';
export { LocalHeadSigner } from './head/local-head-signer.js';
export { TrustedKeys } from './head/trusted-keys.js';
export {
  LEDGER_STREAM_PREFIXES,
  type LedgerConsistency,
  type LedgerInclusion,
  type LedgerState,
  type LedgerSummary,
  type RemoteLedger,
} from './ledger/ledger.js';
export { AuditLog, eventLine, type AuditLogState, type AuditRecord } from './log/audit-log.js';
export {
  AUDITED_STREAM_PREFIXES,
  logOfStream,
  streamPrefixesOf,
  type LogIdentity,
} from './log/audited-streams.js';
export { leafHash, type Hash } from './merkle/tree-hash.js';
export { HEAD_SIGNED, HEADS_STREAM_PREFIX, headsStream, logOfHeadsStream } from './log/heads-stream.js';
export {
  verifyConsistency,
  verifyInclusion,
  type ConsistencyClaim,
  type InclusionClaim,
} from './merkle/verify-proof.js';
export { isOfLog, signatureFault } from './verify/check-head.js';
export type { Fault, FaultCode } from './verify/faults.js';
export { readHead, signedHeadIn } from './verify/records.js';
export { verifyExport, type VerificationReport, type VerifyOptions } from './verify/verify-export.js';
