import { Query } from '@nestjs/cqrs';
import type { Readable } from 'node:stream';

export const EXPORT_FORMATS = ['ndjson', 'csv'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** The last event that is there of an export that was broken off. */
export interface LastThere {
  readonly index: number;
  readonly leafHash: string;
}

export interface AuditExport {
  readonly bytes: Readable;
  /** How many events it has. */
  readonly events: number;
}

/** The whole audit log, or what is missing of an export of it. */
export class ExportAuditLogQuery extends Query<AuditExport> {
  constructor(
    /** Null: the platform's. */
    readonly organizationId: string | null,
    readonly format: ExportFormat,
    readonly after: LastThere | null,
  ) {
    super();
  }
}
