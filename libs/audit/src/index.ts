export { AuditError, type AuditErrorCode } from './audit.errors.js';
export { canonicalJson, type CanonicalValue } from './canonical/canonical-json.js';
export { exportLines, type ExportSource } from './export/export-lines.js';
export { HeadSigner } from './head/head-signer.port.js';
export { headHash, headLine, signHead, type Head, type HeadToSign, type SignedHead } from './head/head.js';
export { LocalHeadSigner } from './head/local-head-signer.js';
export { TrustedKeys } from './head/trusted-keys.js';
export { AuditLog, type AuditLogState, type AuditRecord } from './log/audit-log.js';
export { AUDITED_STREAM_PREFIXES, logOfStream, type LogIdentity } from './log/audited-streams.js';
export { ProofBuilder } from './merkle/proof-builder.js';
export { leafHash, type Hash } from './merkle/tree-hash.js';
export {
  verifyConsistency,
  verifyInclusion,
  type ConsistencyClaim,
  type InclusionClaim,
} from './merkle/verify-proof.js';
export type { Fault, FaultCode } from './verify/faults.js';
export { verifyExport, type VerificationReport, type VerifyOptions } from './verify/verify-export.js';
