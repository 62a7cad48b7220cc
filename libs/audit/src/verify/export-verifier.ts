import type { ExportHeader } from '../export/export-lines.js';
import { headHash, type Head, type SignedHead } from '../head/head.js';
import type { TrustedKeys } from '../head/trusted-keys.js';
import { logOfStream } from '../log/audited-streams.js';
import { MerkleRange } from '../merkle/merkle-range.js';
import { leafHash } from '../merkle/tree-hash.js';
import { isOfLog, signatureFault } from './check-head.js';
import type { Fault, FaultCode } from './faults.js';
import type { Line } from './lines.js';
import { readEvent, readHead, type EventFacts } from './records.js';
import type { SavedHeads } from './saved-heads.js';

export interface VerifierParts {
  readonly header: ExportHeader;
  readonly trusted: TrustedKeys;
  readonly saved: SavedHeads | undefined;
  readonly tell: (fault: Fault) => void;
}

/** Holds the lines after the header against each other, one after the other, with the memory of a few hashes. */
export class ExportVerifier {
  /** Verified heads of the chain. */
  heads = 0;
  /** The head that closes the export. */
  closing: Head | undefined;
  private readonly tree: MerkleRange;
  /** False from the moment on when the tree cannot have the root that was signed any more. */
  private whole = true;
  /** Index of the event that has to come next. */
  private nextIndex: number;
  private lastHash: string | null | undefined;
  private lastHead: Pick<Head, 'size' | 'rootHash'> | undefined;
  private lastHeadHash: string | null;
  private line = 1;

  constructor(private readonly parts: VerifierParts) {
    const { first, range, previousHeadHash } = parts.header;
    this.tree = new MerkleRange(
      first,
      range.map((hex) => Buffer.from(hex, 'hex')),
    );
    this.nextIndex = first;
    // The event before the first of a part is not in the export: only the root knows it.
    this.lastHash = first === 0 ? null : undefined;
    this.lastHeadHash = previousHeadHash;
    this.reached();
  }

  /** Number of events of the log up to the last one of the export. */
  get size(): number {
    return this.nextIndex;
  }

  next({ number, bytes }: Line): void {
    this.line = number;
    if (this.closing)
      return this.fault('after_end', 'The line stands after the head that closes the export.');
    const event = bytes && readEvent(bytes);
    if (event) return this.event(event, bytes);
    const head = bytes && readHead(bytes);
    if (head) return this.head(head);
    this.fault('garbage', 'The line is no record: it was altered, cut, or put there.');
  }

  end(): void {
    if (!this.closing)
      this.fault('cut_tail', 'The head that closes the export is missing: its end was cut off.');
    if (this.whole) this.parts.saved?.ended(this.parts.header.first, this.nextIndex);
  }

  private event({ index, previousHash, stream }: EventFacts, bytes: Buffer): void {
    if (index < this.nextIndex) {
      const detail = `Event ${index} stands here again, or too late, or an event was put before it; event ${this.nextIndex} comes next.`;
      return this.fault('repeated_event', detail);
    }
    if (index > this.nextIndex) this.missing(index, `before event ${index}`);
    else if (this.lastHash !== undefined && previousHash !== this.lastHash) this.brokenLink(index);
    if (logOfStream(stream)?.organizationId !== this.parts.header.organizationId) {
      this.fault('foreign_event', `Event ${index} is of a stream that does not belong to this log.`);
    }
    const hash = leafHash(bytes);
    this.tree.append(hash);
    this.lastHash = hash.toString('hex');
    this.nextIndex = index + 1;
    this.reached();
  }

  private brokenLink(index: number): void {
    const detail =
      index === 0
        ? 'Event 0 names an event before it.'
        : `Event ${index} does not follow event ${index - 1} as it stands here: one of the two was altered or put there.`;
    this.fault('broken_link', detail);
  }

  private head(signed: SignedHead): void {
    const { head } = signed;
    if (!isOfLog(head, this.parts.header)) {
      return this.fault('wrong_log', 'The head is of another log than the header says.');
    }
    const fault = signatureFault(signed, this.parts.trusted);
    if (fault) return this.fault(fault.code, fault.detail);
    this.checkPlace(head);
    this.checkRoot(head);
    if (head.exportFrom !== null) return this.close(head);
    this.heads += 1;
    this.lastHead = head;
    this.lastHeadHash = headHash(head);
  }

  private checkPlace(head: Head): void {
    const { size, rootHash, previousHeadHash } = head;
    if (this.lastHead?.size === size && this.lastHead.rootHash !== rootHash) {
      this.fault('fork', `Two heads were signed for ${size} events, with different roots.`);
    } else if (previousHeadHash !== this.lastHeadHash) {
      this.fault(
        'broken_head_chain',
        'The head does not follow the head before it: heads are missing, moved or added.',
      );
    }
    if (size > this.nextIndex) this.missing(size, `before the head of ${size} events`);
    if (size < this.nextIndex) {
      this.fault('misplaced_head', `The head of ${size} events stands after event ${this.nextIndex - 1}.`);
    }
  }

  private checkRoot({ size, rootHash, time }: Head): void {
    if (!this.whole || size !== this.nextIndex || rootHash === this.root()) return;
    this.whole = false;
    const since = this.lastHead ? `since the head of ${this.lastHead.size} events` : 'before it';
    const detail = `The first ${size} events are not those that were signed at ${time}: the export was altered ${since}.`;
    this.fault('root_mismatch', detail);
  }

  private close(head: Head): void {
    this.closing = head;
    if (head.exportFrom === this.parts.header.first) return;
    this.fault(
      'wrong_log',
      `The head closes an export that begins with event ${head.exportFrom}, not this one.`,
    );
  }

  /** Goes on as if what is missing had been there, so that one gap is one fault. */
  private missing(upTo: number, where: string): void {
    const last = upTo - 1;
    const which = last === this.nextIndex ? `Event ${last} is` : `Events ${this.nextIndex} to ${last} are`;
    this.fault('missing_event', `${which} missing ${where}.`);
    this.whole = false;
    this.nextIndex = upTo;
    this.lastHash = undefined;
  }

  private reached(): void {
    if (this.whole) this.parts.saved?.reached(this.nextIndex, () => this.root());
  }

  private root(): string {
    return this.tree.root().toString('hex');
  }

  private fault(code: FaultCode, detail: string): void {
    this.parts.tell({ file: 'export', line: this.line, code, detail });
  }
}
