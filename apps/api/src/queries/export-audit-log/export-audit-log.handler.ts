import { exportCsv, exportLines } from '@keyward/audit';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { AuditExports, type OpenedExport } from '../../audit/audit-exports.js';
import { invalidRequest } from '../../http/validation/violations.js';
import { ExportAuditLogQuery, type AuditExport, type LastThere } from './export-audit-log.query.js';
import { ExportStreams } from './export-streams.js';

@QueryHandler(ExportAuditLogQuery)
export class ExportAuditLogHandler implements IQueryHandler<ExportAuditLogQuery> {
  constructor(
    private readonly exports: AuditExports,
    private readonly streams: ExportStreams,
  ) {}

  async execute({ organizationId, format, after }: ExportAuditLogQuery): Promise<AuditExport> {
    const opened = await this.exports.open({ organizationId, ...(after && { first: after.index + 1 }) });
    if (after) mustBeThere(opened, after);
    const source = after ? { ...opened, begunAt: 0 } : opened;
    const lines = format === 'csv' ? exportCsv(source) : exportLines(source);
    return { bytes: this.streams.begin(organizationId, lines), events: opened.size - opened.from.size };
  }
}

/** Else what comes would be put behind what is of another log, and the whole be worth nothing. */
function mustBeThere({ from }: OpenedExport, { leafHash }: LastThere): void {
  if (from.lastHash === leafHash) return;
  const rule = 'is not the hash of that event in this log: begin the export anew';
  throw invalidRequest([{ field: 'after_hash', rule }]);
}
