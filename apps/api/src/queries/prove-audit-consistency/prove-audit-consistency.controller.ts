import { Controller } from '@nestjs/common';
import { z } from 'zod';
import { AuditProofs } from '../../audit/audit-proofs.js';
import { Input, Operation, defineOperation } from '../../http/operation/operation.decorator.js';
import type { InputOf } from '../../http/operation/read-input.js';
import { wholeNumber } from '../../http/validation/fields.js';
import { hash, proof } from '../reading/audit.response.js';

const query = z.strictObject({
  first: wholeNumber
    .optional()
    .describe('Number of events of the smaller tree: `size` of the older head. Left out: 1.'),
  second: wholeNumber
    .optional()
    .describe('Of the larger tree: `size` of the newer head. Left out: all events of now.'),
});

const COMMON = {
  tag: 'Audit',
  description:
    'It shows that the larger tree begins with the smaller one: that between two heads nothing was altered, removed, added or moved before ' +
    'the older. The root hashes are to be those of the two heads.',
  query,
  answer: z.strictObject({
    first: z.number().int(),
    second: z.number().int(),
    firstRootHash: hash,
    secondRootHash: hash,
    proof,
  }),
  answerDescription: 'The consistency proof.',
} as const;

const OF_ORGANIZATION = defineOperation({
  ...COMMON,
  operation: 'proveAuditConsistency',
  summary: "Prove that the organization's audit log continues an older one",
  refusals: ['UNKNOWN_ORGANIZATION', 'STALE_READ_MODEL', 'AUDIT_LOG_ALTERED'],
});

const OF_PLATFORM = defineOperation({
  ...COMMON,
  operation: 'provePlatformAuditConsistency',
  summary: "Prove that the platform's audit log continues an older one",
  refusals: ['STALE_READ_MODEL', 'AUDIT_LOG_ALTERED'],
});

@Controller()
export class ProveAuditConsistencyController {
  constructor(private readonly proofs: AuditProofs) {}

  @Operation(OF_ORGANIZATION)
  ofOrganization(@Input() { path, query: wanted }: InputOf<typeof OF_ORGANIZATION>) {
    return this.prove(path.organizationId, wanted);
  }

  @Operation(OF_PLATFORM)
  ofPlatform(@Input() { query: wanted }: InputOf<typeof OF_PLATFORM>) {
    return this.prove(null, wanted);
  }

  private prove(organizationId: string | null, { first = '1', second }: z.output<typeof query>) {
    const all = second === undefined ? undefined : Number(second);
    return this.proofs.consistency(organizationId, { first: Number(first), second: all });
  }
}
