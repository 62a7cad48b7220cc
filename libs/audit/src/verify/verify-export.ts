import type { ExportHeader } from '../export/export-lines.js';
import type { TrustedKeys } from '../head/trusted-keys.js';
import { ExportVerifier } from './export-verifier.js';
import { FaultList, type Fault } from './faults.js';
import { linesOf, type Line } from './lines.js';
import { readHeader } from './records.js';
import { SavedHeads } from './saved-heads.js';

type Bytes = AsyncIterable<Uint8Array>;

export interface VerifyOptions {
  readonly trusted: TrustedKeys;
  /** Heads that were kept elsewhere, one a line. Without them an older export of the same log passes for a newer one. */
  readonly savedHeads?: Bytes;
  /** Told after each line of the export. */
  readonly onLine?: (line: number) => void;
}

export interface VerificationReport {
  /** True when every event and head is what Keyward signed, and none is missing up to `size`. */
  readonly ok: boolean;
  /** Of the header; null when there is none. */
  readonly log: Pick<ExportHeader, 'storeId' | 'organizationId' | 'first'> | null;
  /** Number of events of the log up to the last one of the export. */
  readonly size: number;
  /** Number of verified heads, without the one that closes the export. */
  readonly heads: number;
  /** Of the head that closes the export: as of when it is, and its root. */
  readonly closing: {
    readonly time: string;
    readonly rootHash: string;
    readonly signingKeyId: string;
  } | null;
  /** How many saved heads were compared with the export. */
  readonly savedHeads: number;
  readonly faultCount: number;
  /** In the order in which they were found; of very many the first 100. */
  readonly faults: readonly Fault[];
}

/** Verifies an export in one pass. Memory holds a line, some hashes and the saved heads, however long the export is. */
export async function verifyExport(bytes: Bytes, options: VerifyOptions): Promise<VerificationReport> {
  const faults = new FaultList();
  const tell = (fault: Fault): void => faults.add(fault);
  const lines = linesOf(bytes);
  try {
    const header = await headerOf(lines);
    if (!header) {
      tell({
        file: 'export',
        line: 1,
        code: 'no_header',
        detail: 'The first line is no header of this format.',
      });
      return reportOf(faults);
    }
    const saved =
      options.savedHeads &&
      (await SavedHeads.read(linesOf(options.savedHeads), header, { trusted: options.trusted, tell }));
    const verifier = new ExportVerifier({ header, trusted: options.trusted, saved, tell });
    for await (const line of lines) {
      verifier.next(line);
      options.onLine?.(line.number);
    }
    verifier.end();
    return reportOf(faults, { header, verifier, saved });
  } finally {
    await lines.return(undefined);
  }
}

async function headerOf(lines: AsyncGenerator<Line>): Promise<ExportHeader | undefined> {
  const first = await lines.next();
  return first.done || !first.value.bytes ? undefined : readHeader(first.value.bytes);
}

interface Verified {
  readonly header: ExportHeader;
  readonly verifier: ExportVerifier;
  readonly saved: SavedHeads | undefined;
}

function reportOf({ count, told }: FaultList, verified?: Verified): VerificationReport {
  const found = { ok: count === 0, faultCount: count, faults: told };
  if (!verified) return { log: null, size: 0, heads: 0, closing: null, savedHeads: 0, ...found };
  const { header, verifier, saved } = verified;
  const { storeId, organizationId, first } = header;
  const { size, heads, closing } = verifier;
  return {
    log: { storeId, organizationId, first },
    size,
    heads,
    closing: closing
      ? { time: closing.time, rootHash: closing.rootHash, signingKeyId: closing.signingKeyId }
      : null,
    savedHeads: saved?.compared ?? 0,
    ...found,
  };
}
