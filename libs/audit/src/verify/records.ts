import { z } from 'zod';
import { canonicalJson, type CanonicalValue } from '../canonical/canonical-json.js';
import { EXPORT_FORMAT, type ExportHeader } from '../export/export-lines.js';
import { HEAD_FORMAT, type SignedHead } from '../head/head.js';
import { subtreeCount } from '../merkle/merkle-range.js';

/** What of an event the verifier looks at; all of it is in the hash of its line. */
export interface EventFacts {
  readonly index: number;
  readonly previousHash: string | null;
  readonly stream: string;
}

const size = z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const identity = { storeId: z.string(), organizationId: z.string().nullable() };

const headerRecord = z.strictObject({
  export: z
    .strictObject({
      ...identity,
      format: z.literal(EXPORT_FORMAT),
      first: size,
      range: z.array(sha256),
      previousHeadHash: sha256.nullable(),
    })
    .refine(({ first, range }) => range.length === subtreeCount(first)),
});

const headRecord = z.strictObject({
  head: z.strictObject({
    ...identity,
    format: z.literal(HEAD_FORMAT),
    size,
    rootHash: sha256,
    position: z.string().nullable(),
    previousHeadHash: sha256.nullable(),
    exportFrom: size.nullable(),
    time: z.string().regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/),
    signingKeyId: sha256,
  }),
  signature: z.string().regex(/^[0-9a-f]{128}$/),
});

const eventRecord = z.strictObject({
  event: z.looseObject({ index: size, previousHash: sha256.nullable(), stream: z.string() }),
});

/** The header that the line is, if it is one of this format. */
export function readHeader(line: Buffer): ExportHeader | undefined {
  return readCanonical(line, headerRecord)?.export;
}

/** The signed head that a value, such as an event's data, is. */
export function signedHeadIn(value: unknown): SignedHead | undefined {
  return headRecord.safeParse(value).data;
}

export function readHead(line: Buffer): SignedHead | undefined {
  return readCanonical(line, headRecord);
}

/** An event's line need not be canonical here: whatever it is, its bytes are what the root proves. */
export function readEvent(line: Buffer): EventFacts | undefined {
  return eventRecord.safeParse(jsonOf(line)).data?.event;
}

/** Of headers and heads there is one text only: another one would be another line with the same meaning. */
function readCanonical<T>(line: Buffer, schema: z.ZodType<T>): T | undefined {
  const value = jsonOf(line);
  const { data } = schema.safeParse(value);
  return data !== undefined && line.equals(Buffer.from(canonicalJson(value as CanonicalValue)))
    ? data
    : undefined;
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function jsonOf(line: Buffer): unknown {
  try {
    return JSON.parse(utf8.decode(line));
  } catch {
    return undefined;
  }
}
