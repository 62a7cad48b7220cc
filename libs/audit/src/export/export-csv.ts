import { encodePosition } from '@keyward/contracts/lean';
import { eventSubject } from '@keyward/domain';
import type { JsonObject, RecordedEvent } from '@keyward/event-store';
import { canonicalJson } from '../canonical/canonical-json.js';
import { headLine, type SignedHead } from '../head/head.js';
import type { AuditRecord } from '../log/audit-log.js';
import { exportRecords, type ExportSource } from './export-lines.js';

/** The columns of an export as CSV, in this order. A row has an event, or in the last column a head. */
export const CSV_COLUMNS = [
  'index',
  'occurred_at',
  'recorded_at',
  'actor',
  'actor_kind',
  'type',
  'project',
  'integration',
  'version',
  'key_id',
  'reason',
  'data',
  'stream',
  'revision',
  'event_id',
  'position',
  'leaf_hash',
  'head',
] as const;

type Cells = Readonly<Partial<Record<(typeof CSV_COLUMNS)[number], string | number | null>>>;

/**
 * The same export for people with a spreadsheet: RFC 4180, the names of the columns first, then a row for each event and
 * head. Each row of an event has the hash of its line in the other form, so that the column proves itself by the heads.
 */
export async function* exportCsv(source: ExportSource): AsyncGenerator<string> {
  const { storeId } = source.from;
  for await (const each of exportRecords(source)) {
    if (each.kind === 'header') yield `${CSV_COLUMNS.join(',')}\r\n`;
    else yield rowOf(each.kind === 'head' ? headCells(each.signed) : eventCells(storeId, each));
  }
}

function eventCells(
  storeId: string,
  { event, record }: { readonly event: RecordedEvent; readonly record: AuditRecord },
): Cells {
  const { data, stream } = event;
  const { projectId = null, integrationId = null } = eventSubject(stream, data) ?? {};
  return {
    index: record.index,
    occurred_at: textIn(data, 'occurredAt'),
    recorded_at: event.recordedAt.toISOString(),
    actor: textIn(data, 'actor'),
    actor_kind: textIn(data, 'actorKind'),
    type: event.type,
    project: projectId,
    integration: integrationId,
    version: textIn(data, 'version'),
    key_id: textIn(data, 'keyId'),
    reason: textIn(data, 'reason'),
    data: canonicalJson(data),
    stream,
    revision: Number(event.revision),
    event_id: event.id,
    position: encodePosition(storeId, event.position),
    leaf_hash: record.leafHash.toString('hex'),
  };
}

function headCells(signed: SignedHead): Cells {
  return { recorded_at: signed.head.time, head: headLine(signed) };
}

function textIn(data: JsonObject, field: string): string | null {
  const value = data[field];
  return typeof value === 'string' || typeof value === 'number' ? String(value) : null;
}

function rowOf(cells: Cells): string {
  return `${CSV_COLUMNS.map((column) => cell(cells[column] ?? '')).join(',')}\r\n`;
}

/** With these a spreadsheet takes a text for a formula, which may send what is around it elsewhere. */
const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/u;
const SPECIAL = /[",\r\n]/;

function cell(value: string | number): string {
  const text = typeof value === 'string' && FORMULA.test(value) ? `'${value}` : String(value);
  return SPECIAL.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
