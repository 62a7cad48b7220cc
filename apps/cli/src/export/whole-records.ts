import { createHash } from 'node:crypto';

export const EXPORT_FORMATS = ['ndjson', 'csv'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

const LINE_BREAK = 0x0a;
const QUOTE = 0x22;
/** Before the line that is hashed. */
const LEAF = Buffer.from([0]);

/** What the records of a format look like, without their last line break. */
interface RecordForm {
  readonly isEvent: (record: Buffer) => boolean;
  readonly isHead: (record: Buffer) => boolean;
  readonly leafHashOf: (record: Buffer) => string;
}

/** A row begins with the index where it has an event, and ends with the leaf hash and an empty cell for a head. */
const EVENT_ROW = /^\d+,[^]*,([0-9a-f]{64}),\r$/;
const startsWith = (start: string) => {
  const bytes = Buffer.from(start);
  return (record: Buffer): boolean => record.subarray(0, bytes.length).equals(bytes);
};

const FORMS: Readonly<Record<ExportFormat, RecordForm>> = {
  ndjson: {
    isEvent: startsWith('{"event":'),
    isHead: startsWith('{"head":'),
    leafHashOf: (line) => createHash('sha256').update(LEAF).update(line).digest('hex'),
  },
  csv: {
    isEvent: (row) => EVENT_ROW.test(row.toString()),
    isHead: startsWith(','),
    leafHashOf: (row) => EVENT_ROW.exec(row.toString())![1]!,
  },
};

/** Follows an export as it comes, in whatever pieces, and knows which of its events are there whole. */
export class WholeRecords {
  private readonly form: RecordForm;
  private readonly isCsv: boolean;
  private parts: Buffer[] = [];
  private offset = 0;
  private isQuoted = false;
  private last: Buffer | undefined;
  private isAfterHead = false;

  /** Events that are there. */
  count = 0;
  /** Bytes up to the end of the last of them; what comes after it can be asked for again. */
  end = 0;

  constructor(format: ExportFormat) {
    this.form = FORMS[format];
    this.isCsv = format === 'csv';
  }

  /** Of the last event; undefined while there is none. */
  get leafHash(): string | undefined {
    return this.last && this.form.leafHashOf(this.last);
  }

  /** Whether the last record is a head: once all events are there, that which closes the export. */
  get endsWithHead(): boolean {
    return this.isAfterHead && this.parts.length === 0;
  }

  take(chunk: Buffer): void {
    let start = 0;
    for (let at = this.nextBreak(chunk, 0); at >= 0; at = this.nextBreak(chunk, start)) {
      this.parts.push(chunk.subarray(start, at));
      start = at + 1;
      this.record(Buffer.concat(this.parts), this.offset + start);
      this.parts = [];
    }
    if (start < chunk.length) this.parts.push(Buffer.from(chunk.subarray(start)));
    this.offset += chunk.length;
  }

  /** What comes next follows the last event. */
  cut(): void {
    this.parts = [];
    this.offset = this.end;
    this.isQuoted = false;
    this.isAfterHead = false;
  }

  private record(record: Buffer, end: number): void {
    this.isAfterHead = this.form.isHead(record);
    if (!this.form.isEvent(record)) return;
    this.count += 1;
    this.end = end;
    this.last = record;
  }

  /** Of a CSV a line break in quotes is part of a cell. */
  private nextBreak(chunk: Buffer, from: number): number {
    if (!this.isCsv) return chunk.indexOf(LINE_BREAK, from);
    for (let at = from; at < chunk.length; at++) {
      if (chunk[at] === QUOTE) this.isQuoted = !this.isQuoted;
      else if (chunk[at] === LINE_BREAK && !this.isQuoted) return at;
    }
    return -1;
  }
}
