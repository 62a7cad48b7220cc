import type { Mutant } from '../mutant.js';

const SEALING = 'libs/sealing/src';
const ACCESS = 'libs/access/src';
const API = 'apps/api/src';

/** Of sealing, of who may do what, and of the commands. */
export const KEYS_AND_ACCESS: readonly Mutant[] = [
  {
    without: 'the organization in what a sealed key is bound to',
    file: `${SEALING}/seal-binding.ts`,
    text: '[KEY_LABEL, FORMAT, organizationId, projectId, integrationId, keyId, version]',
    instead: '[KEY_LABEL, FORMAT, projectId, integrationId, keyId, version]',
    spec: `${SEALING}/tampering.spec.ts`,
    test: 'is refused under any other binding',
  },
  {
    without: 'the check of the tag',
    file: `${SEALING}/aes-gcm.ts`,
    text: '    decipher.final();\n',
    instead: '',
    spec: `${SEALING}/tampering.spec.ts`,
  },
  {
    without: 'the binding in the question to the cache of data keys',
    file: `${SEALING}/data-key-cache.ts`,
    text: 'isSameRecord(opened.sealed, sealed) && isSameBinding(opened.binding, binding)',
    instead: 'isSameRecord(opened.sealed, sealed) && isSameBinding(binding, binding)',
    spec: `${SEALING}/tampering.spec.ts`,
    test: 'also when the data key is at hand',
  },
  {
    without: 'the refusal of what the policy has no row for',
    file: `${ACCESS}/policy/authorize.ts`,
    text: 'const allow = ALLOWANCES.get(operation) ?? NOTHING;\n  if (allow.public',
    instead: 'const allow: Allowance = ALLOWANCES.get(operation) ?? { signedIn: true };\n  if (allow.public',
    spec: `${ACCESS}/policy/policy.spec.ts`,
    test: 'denies what has no row',
  },
  {
    without: "the organization of a worker's token",
    file: `${ACCESS}/policy/authorize.ts`,
    text: 'if (worker === null || worker.organizationId !== organizationId) return false;',
    instead: 'if (worker === null || organizationId === undefined) return false;',
    spec: `${ACCESS}/policy/policy.spec.ts`,
  },
  {
    without: 'If-Match',
    file: 'libs/domain/src/expected-version.ts',
    text: 'if (expected === null) return null;',
    instead: 'if (expected !== undefined) return null;',
    spec: `${API}/commands/conditional-writes.int-spec.ts`,
  },
  {
    without: 'the If-Match header',
    file: `${API}/http/operation/read-input.ts`,
    text: 'valueOf(readIfMatch(request.headers), violations)',
    instead: 'valueOf(readIfMatch({ ...request.headers, "if-match": undefined }), violations)',
    spec: `${API}/commands/conditional-writes.int-spec.ts`,
  },
  {
    without: 'the comparison of the bodies under one Idempotency-Key',
    file: `${API}/write-side/write-executor.ts`,
    text: 'if (made.digest !== write.digest) throw idempotencyKeyReused();',
    instead: 'if (made.digest === write.stream) throw idempotencyKeyReused();',
    spec: `${API}/commands/idempotency.int-spec.ts`,
  },
  {
    without: 'the comparison of the bodies where the first changed nothing',
    file: `${API}/write-side/no-op-memory.ts`,
    text: "if (data['requestDigest'] !== digest) throw idempotencyKeyReused();",
    instead: "if (data['requestDigest'] === undefined) throw idempotencyKeyReused();",
    spec: `${API}/commands/idempotency.int-spec.ts`,
    test: 'remembers what changed nothing',
  },
  {
    without: 'the search in the log for a write that memory has forgotten',
    file: `${API}/write-side/aggregate-store.ts`,
    text: 'if (known || !remembered.mayHaveForgotten(name)) return known;',
    instead: 'if (known || name) return known;',
    spec: `${API}/write-side/write-executor.int-spec.ts`,
    test: 'also when more came since than is kept in memory',
  },
  {
    without: 'event ids that derive from the Idempotency-Key',
    file: `${API}/write-side/write-executor.ts`,
    text: 'idempotencyKey === null ? [identity] : [actor, idempotencyKey, digest]',
    instead: 'idempotencyKey === undefined ? [identity] : [randomUUID()]',
    spec: `${API}/write-side/write-executor.int-spec.ts`,
    test: 'asks for the same event when a request is repeated',
  },
  {
    without: 'doubt after an attempt of unknown outcome',
    file: `${API}/write-side/durable-appender.ts`,
    text: "inDoubt ||= isEventStoreError(error, 'UNKNOWN_OUTCOME');",
    instead: "inDoubt = isEventStoreError(error, 'UNKNOWN_OUTCOME');",
    spec: `${API}/write-side/write-executor.int-spec.ts`,
    test: 'never says that nothing was written',
  },
];
