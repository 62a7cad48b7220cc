import { Readable } from 'node:stream';
import { KeywardError } from '@keyward/contracts';
import type { CounterMetric, Metrics } from '@keyward/runtime';
import { Logger, type BeforeApplicationShutdown } from '@nestjs/common';

/** Each reads the event log from end to end. */
export const EXPORTS_PER_ORGANIZATION = 2;
export const EXPORTS = 8;

/** Lines are handed on in pieces of about so many characters, and not more than two are held. */
const PIECE = 64 * 1024;
/** A reader that takes nothing for so long is given up; it can go on where it was. */
const STALL_MS = 60_000;
const OUTCOMES = { outcome: ['closed', 'broken_off', 'failed'] } as const;

/** The exports that are being sent. */
export class ExportStreams implements BeforeApplicationShutdown {
  private readonly logger = new Logger('audit-export');
  private readonly open = new Map<Readable, string | null>();
  private readonly exportsTotal: CounterMetric<typeof OUTCOMES>;
  private isStopping = false;

  constructor(
    metrics: Metrics,
    private readonly stallMs = STALL_MS,
  ) {
    this.exportsTotal = metrics.counter({
      name: 'keyward_audit_exports_total',
      help: 'Exports of audit logs that were begun. broken_off: by the caller, or because the process stopped.',
      labels: OUTCOMES,
    });
  }

  /** Those that are going on are broken off, and gone on with elsewhere: they may take longer than a stop may. */
  beforeApplicationShutdown(): void {
    this.isStopping = true;
    for (const stream of this.open.keys()) stream.destroy();
  }

  /**
   * The lines as bytes, no faster than they are read.
   * @throws KeywardError RATE_LIMITED when too many are going on
   */
  begin(organizationId: string | null, lines: AsyncGenerator<string>): Readable {
    const own = [...this.open.values()].filter((each) => each === organizationId).length;
    if (own >= EXPORTS_PER_ORGANIZATION || this.open.size >= EXPORTS || this.isStopping) throw tooMany();
    const giveUp = (): void => void stream.destroy();
    const stream = Readable.from(patiently(piecesOf(lines), this.stallMs, giveUp), {
      objectMode: false,
      highWaterMark: PIECE,
    });
    this.open.set(stream, organizationId);
    let failure: unknown;
    stream.once('error', (error) => (failure = error));
    stream.once('close', () => {
      this.open.delete(stream);
      if (failure !== undefined) this.logger.error('An export ended before its end', failure);
      const outcome = stream.readableEnded ? 'closed' : failure === undefined ? 'broken_off' : 'failed';
      this.exportsTotal.inc({ outcome });
    });
    return stream;
  }
}

async function* piecesOf(lines: AsyncGenerator<string>): AsyncGenerator<Buffer> {
  let piece = '';
  for await (const line of lines) {
    piece += line;
    if (piece.length < PIECE) continue;
    yield Buffer.from(piece);
    piece = '';
  }
  if (piece !== '') yield Buffer.from(piece);
}

/** Gives up when the next piece is not asked for in time. */
async function* patiently<T>(pieces: AsyncGenerator<T>, ms: number, giveUp: () => void): AsyncGenerator<T> {
  for await (const piece of pieces) {
    const timer = setTimeout(giveUp, ms);
    try {
      yield piece;
    } finally {
      clearTimeout(timer);
    }
  }
}

function tooMany(): KeywardError {
  const sentence = 'Too many exports are being made at the moment. Wait for one to end, then try again.';
  return new KeywardError('RATE_LIMITED', sentence, { retryAfterSeconds: 10 });
}
