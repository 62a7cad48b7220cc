import { Controller, Res } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { Input, Operation, defineOperation } from '../../http/operation/operation.decorator.js';
import type { InputOf } from '../../http/operation/read-input.js';
import { oneOf } from '../../http/validation/fields.js';
import { invalidRequest } from '../../http/validation/violations.js';
import { EXPORT_FORMATS, ExportAuditLogQuery, type LastThere } from './export-audit-log.query.js';

const INDEX_RULE = 'must be the index of an event, as its line has it';
const HASH_RULE = 'must be 64 hexadecimal digits in lower case';

const query = z.strictObject({
  format: oneOf(EXPORT_FORMATS)
    .optional()
    .describe(
      '`ndjson` can be verified and is what is meant when it is left out; `csv` is for spreadsheets.',
    ),
  after: z
    .string({ error: () => INDEX_RULE })
    .regex(/^(0|[1-9]\d{0,14})$/, { error: () => INDEX_RULE })
    .optional()
    .describe('Goes on with an export that was broken off: index of the last event that is there whole.'),
  after_hash: z
    .string({ error: () => HASH_RULE })
    .regex(/^[0-9a-f]{64}$/, { error: () => HASH_RULE })
    .optional()
    .describe('Together with `after`: the leaf hash of that event.'),
});

const ANSWER = {
  tag: 'History',
  description:
    'Every event, in the order of the event log, with the signed heads among them and one that closes the export; never a ' +
    'key. docs/audit-format.md says how it is verified. It is sent as it is read, and whole only if the closing head is there. ' +
    'The header `Keyward-Export-Events` says how many events the answer has.',
  query,
  answer: z.string(),
  answerType: ['application/x-ndjson', 'text/csv'],
  answerDescription: 'The export.',
  refusals: ['UNKNOWN_ORGANIZATION', 'STALE_READ_MODEL', 'AUDIT_LOG_ALTERED'],
} as const;

const OF_ORGANIZATION = defineOperation({
  ...ANSWER,
  operation: 'exportAuditLog',
  summary: 'Export the audit log of the organization, with its proofs',
});

const OF_PLATFORM = defineOperation({
  ...ANSWER,
  operation: 'exportPlatformAuditLog',
  summary: 'Export the audit log of the platform, which holds the rollout, with its proofs',
});

@Controller()
export class ExportAuditLogController {
  constructor(private readonly queries: QueryBus) {}

  @Operation(OF_ORGANIZATION)
  async ofOrganization(
    @Input() { path, query: wanted }: InputOf<typeof OF_ORGANIZATION>,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.answer(path.organizationId, wanted, reply);
  }

  @Operation(OF_PLATFORM)
  async ofPlatform(
    @Input() { query: wanted }: InputOf<typeof OF_PLATFORM>,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.answer(null, wanted, reply);
  }

  private async answer(
    organizationId: string | null,
    wanted: z.output<typeof query>,
    reply: FastifyReply,
  ): Promise<void> {
    const { format = 'ndjson' } = wanted;
    const { bytes, events } = await this.queries.execute(
      new ExportAuditLogQuery(organizationId, format, lastThere(wanted)),
    );
    void reply
      .type(format === 'csv' ? 'text/csv; charset=utf-8; header=present' : 'application/x-ndjson')
      .header('Content-Disposition', `attachment; filename="${organizationId ?? 'platform'}-audit.${format}"`)
      .header('Keyward-Export-Events', String(events))
      .send(bytes);
  }
}

function lastThere({ after, after_hash: leafHash }: z.output<typeof query>): LastThere | null {
  if (after === undefined && leafHash === undefined) return null;
  if (after !== undefined && leafHash !== undefined) return { index: Number(after), leafHash };
  const [field, other] = after === undefined ? ['after', 'after_hash'] : ['after_hash', 'after'];
  throw invalidRequest([{ field: field, rule: `must be given together with "${other}"` }]);
}
