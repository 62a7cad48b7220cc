import { Controller } from '@nestjs/common';
import { z } from 'zod';
import { AuditLedgerReader } from '../../audit/audit-ledger-reader.js';
import { HeadChains, type StoredHead } from '../../audit/head-chains.js';
import { Input, Operation, defineOperation } from '../../http/operation/operation.decorator.js';
import type { InputOf } from '../../http/operation/read-input.js';
import { wholeNumber } from '../../http/validation/fields.js';
import { signedHead, toSignedHead } from '../reading/audit.response.js';

const MAX_LIMIT = 500;
const DEFAULT_LIMIT = 100;
const LIMIT_RULE = `must be a whole number from 1 to ${MAX_LIMIT}`;

const query = z.strictObject({
  after: wholeNumber
    .optional()
    .describe('Only heads after the one of this number: `next` of the page before.'),
  limit: z
    .string({ error: () => LIMIT_RULE })
    .regex(/^([1-9]|[1-9]\d|[1-4]\d\d|500)$/, { error: () => LIMIT_RULE })
    .optional()
    .describe(`Heads at most, 1 to ${MAX_LIMIT}. Left out: ${DEFAULT_LIMIT}.`),
});

const COMMON = {
  tag: 'Audit',
  description: 'The oldest first. Each names the hash of the one before, so none can be left out.',
  query,
  answer: z.strictObject({
    items: z.array(signedHead),
    next: z.string().optional().describe('Pass it as `after` for what follows; absent when nothing does.'),
  }),
  answerDescription: 'A page of the chain.',
} as const;

const OF_ORGANIZATION = defineOperation({
  ...COMMON,
  operation: 'listAuditHeads',
  summary: "Read the chain of heads of the organization's audit log",
  refusals: ['UNKNOWN_ORGANIZATION', 'STALE_READ_MODEL', 'AUDIT_LOG_ALTERED'],
});

const OF_PLATFORM = defineOperation({
  ...COMMON,
  operation: 'listPlatformAuditHeads',
  summary: "Read the chain of heads of the platform's audit log",
  refusals: ['STALE_READ_MODEL', 'AUDIT_LOG_ALTERED'],
});

@Controller()
export class ListAuditHeadsController {
  constructor(
    private readonly chains: HeadChains,
    private readonly ledger: AuditLedgerReader,
  ) {}

  @Operation(OF_ORGANIZATION)
  ofOrganization(@Input() { path, query: wanted }: InputOf<typeof OF_ORGANIZATION>) {
    return this.page(path.organizationId, wanted);
  }

  @Operation(OF_PLATFORM)
  ofPlatform(@Input() { query: wanted }: InputOf<typeof OF_PLATFORM>) {
    return this.page(null, wanted);
  }

  private async page(organizationId: string | null, { after, limit }: z.output<typeof query>) {
    await this.ledger.checkKnown(organizationId);
    const most = Number(limit ?? DEFAULT_LIMIT);
    const heads: StoredHead[] = [];
    for await (const head of this.chains.from(
      organizationId,
      after === undefined ? 0 : Number(after) + 1,
      most + 1,
    ))
      heads.push(head);
    const items = heads.slice(0, most);
    const next = heads.length > most ? { next: String(items.at(-1)!.number) } : {};
    return { items: items.map(({ signed }) => toSignedHead(signed)), ...next };
  }
}
