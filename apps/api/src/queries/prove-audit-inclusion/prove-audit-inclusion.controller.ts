import { Controller } from '@nestjs/common';
import { z } from 'zod';
import { AuditProofs } from '../../audit/audit-proofs.js';
import { Input, Operation, defineOperation } from '../../http/operation/operation.decorator.js';
import type { InputOf } from '../../http/operation/read-input.js';
import { positionToken, wholeNumber } from '../../http/validation/fields.js';
import { hash, proof } from '../reading/audit.response.js';

const query = z.strictObject({
  index: wholeNumber
    .optional()
    .describe('Of the event in the log: 0, 1, 2 … Left out, without `position`: the last.'),
  position: positionToken
    .optional()
    .describe('Of the event, as a write or the history gave it. In the place of `index`.'),
  size: wholeNumber
    .optional()
    .describe('Of the tree: `size` of a head that you have. Left out: all events of now.'),
});

const COMMON = {
  tag: 'Audit',
  description:
    'With a head of that size that you trust, it shows that the event is in the log, as it is here. Verify it with `keyward audit proof`, or as ' +
    'docs/audit-format.md says: from `line` to `rootHash`, which is to be the head’s.',
  query,
  answer: z.strictObject({
    index: z.number().int(),
    size: z.number().int(),
    line: z
      .string()
      .describe("The event's line in an export, without the line feed: the bytes that are hashed."),
    leafHash: hash.describe('Of the line.'),
    rootHash: hash.describe('Of the tree of so many events.'),
    proof,
  }),
  answerDescription: 'The event and its inclusion proof.',
} as const;

const OF_ORGANIZATION = defineOperation({
  ...COMMON,
  operation: 'proveAuditInclusion',
  summary: "Prove that an event is in the organization's audit log",
  refusals: ['UNKNOWN_ORGANIZATION', 'STALE_READ_MODEL', 'AUDIT_LOG_ALTERED'],
});

const OF_PLATFORM = defineOperation({
  ...COMMON,
  operation: 'provePlatformAuditInclusion',
  summary: "Prove that an event is in the platform's audit log",
  refusals: ['STALE_READ_MODEL', 'AUDIT_LOG_ALTERED'],
});

@Controller()
export class ProveAuditInclusionController {
  constructor(private readonly proofs: AuditProofs) {}

  @Operation(OF_ORGANIZATION)
  ofOrganization(@Input() { path, query: wanted }: InputOf<typeof OF_ORGANIZATION>) {
    return this.proofs.inclusion(path.organizationId, toRequest(wanted));
  }

  @Operation(OF_PLATFORM)
  ofPlatform(@Input() { query: wanted }: InputOf<typeof OF_PLATFORM>) {
    return this.proofs.inclusion(null, toRequest(wanted));
  }
}

function toRequest({ index, position, size }: z.output<typeof query>) {
  return { index: numberOf(index), position, size: numberOf(size) };
}

function numberOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text);
}
