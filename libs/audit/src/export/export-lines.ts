import type { RecordedEvent } from '@keyward/event-store';
import { canonicalJson } from '../canonical/canonical-json.js';
import { AuditError } from '../audit.errors.js';
import type { HeadSigner } from '../head/head-signer.port.js';
import { headHash, headLine, signHead, type Head, type SignedHead } from '../head/head.js';
import { AuditLog, type AuditLogState, type AuditRecord } from '../log/audit-log.js';
import type { LogIdentity } from '../log/audited-streams.js';

export const EXPORT_FORMAT = 'keyward.audit.export.v1';

/** The first line of an export. Unsigned: every field is proved by the head that closes the export. */
export interface ExportHeader extends LogIdentity {
  readonly format: typeof EXPORT_FORMAT;
  /** Index of the first event. */
  readonly first: number;
  /** Roots of the full subtrees of the events before it, the largest first; hex. */
  readonly range: readonly string[];
  /** Hash of the last head before the first of the export. */
  readonly previousHeadHash: string | null;
}

export interface ExportSource {
  /** The log before the first event of the export; of a whole export its beginning. */
  readonly from: AuditLogState;
  /** Hash of the last head before {@link heads}; null when they begin with the first of all. */
  readonly previousHeadHash: string | null;
  /** Every event of the log after `from`, in order. */
  readonly events: AsyncIterable<RecordedEvent> | Iterable<RecordedEvent>;
  /** Every head of the chain after `previousHeadHash`, in order. */
  readonly heads: AsyncIterable<SignedHead> | Iterable<SignedHead>;
  readonly signer: HeadSigner;
  /**
   * What the events have to come to, known from elsewhere, so that no altered log is signed. Left out only where the
   * events are all that is known.
   */
  readonly expected?: Pick<Head, 'size' | 'rootHash'>;
  /**
   * Of an export that was broken off after its last event before `from`, and is gone on with: the index with which it
   * began. What comes is what would have followed there, without another header.
   */
  readonly begunAt?: number;
  /** Asked when the last event has been written. */
  readonly now: () => Date;
}

/** What an export consists of, in this order: a header, then events and heads, and the head that closes it. */
export type ExportRecord =
  | { readonly kind: 'header'; readonly header: ExportHeader }
  | { readonly kind: 'event'; readonly event: RecordedEvent; readonly record: AuditRecord }
  | { readonly kind: 'head'; readonly signed: SignedHead };

/**
 * The lines of an export, each with its line break, made as they are asked for: a header, the events with each head
 * after the last event that it vouches for, and a head that closes it. Heads of more events are left out.
 * @throws AuditError LOG_ALTERED instead of closing an export of other events than expected
 */
export async function* exportLines(source: ExportSource): AsyncGenerator<string> {
  for await (const record of exportRecords(source)) yield `${lineOf(record)}\n`;
}

function lineOf(record: ExportRecord): string {
  if (record.kind === 'event') return record.record.line;
  return record.kind === 'head' ? headLine(record.signed) : canonicalJson({ export: { ...record.header } });
}

/** What the lines are made of. Throws as {@link exportLines} does. */
export async function* exportRecords(source: ExportSource): AsyncGenerator<ExportRecord> {
  const log = AuditLog.resume(source.from);
  let previousHeadHash = source.previousHeadHash;
  const { storeId, organizationId, size: first, range } = source.from;
  if (source.begunAt === undefined) {
    const identity = { format: EXPORT_FORMAT, storeId, organizationId } as const;
    yield { kind: 'header', header: { ...identity, first, range, previousHeadHash } };
  }

  const heads = inTurn(source.heads);
  let next = await heads.next();
  const headsOf = async function* (size: number): AsyncGenerator<ExportRecord> {
    for (; !next.done && next.value.head.size <= size; next = await heads.next()) {
      previousHeadHash = headHash(next.value.head);
      yield { kind: 'head', signed: next.value };
    }
  };
  yield* headsOf(first);
  for await (const event of source.events) {
    yield { kind: 'event', event, record: log.append(event) };
    yield* headsOf(log.size);
  }
  checkExpected(log, source.expected);
  const closing = { log, previousHeadHash, time: source.now(), exportFrom: source.begunAt ?? first };
  yield { kind: 'head', signed: await signHead(source.signer, closing) };
}

function checkExpected(log: AuditLog, expected: ExportSource['expected']): void {
  if (!expected) return;
  if (log.size === expected.size && log.rootHash.toString('hex') === expected.rootHash) return;
  throw new AuditError(
    'LOG_ALTERED',
    'The event log does not hold the events that were in the audit log before.',
  );
}

async function* inTurn<T>(items: AsyncIterable<T> | Iterable<T>): AsyncGenerator<T, undefined> {
  yield* items;
}
