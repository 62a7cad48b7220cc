import type { TrustedKeys } from '../head/trusted-keys.js';
import type { LogIdentity } from '../log/audited-streams.js';
import { isOfLog, signatureFault } from './check-head.js';
import type { Fault, FaultCode } from './faults.js';
import type { Line } from './lines.js';
import { readHead } from './records.js';

interface SavedHead {
  readonly line: number;
  readonly size: number;
  readonly rootHash: string;
}

/**
 * Heads that were kept elsewhere, which is what shows a cut tail and a rewritten history. The file may hold heads of
 * all organizations; those of other logs are passed over.
 */
export class SavedHeads {
  private readonly bySize = new Map<number, SavedHead[]>();
  compared = 0;

  private constructor(private readonly tell: (fault: Fault) => void) {}

  /** Reads the file, and tells what is wrong with its lines. */
  static async read(
    lines: AsyncIterable<Line>,
    log: LogIdentity,
    { trusted, tell }: { readonly trusted: TrustedKeys; readonly tell: (fault: Fault) => void },
  ): Promise<SavedHeads> {
    const saved = new SavedHeads(tell);
    let isEmpty = true;
    for await (const { number: line, bytes } of lines) {
      const signed = bytes && readHead(bytes);
      if (!signed) {
        saved.fault(line, 'garbage', 'The line is no head.');
      } else if (isOfLog(signed.head, log)) {
        isEmpty = false;
        const fault = signatureFault(signed, trusted);
        if (fault) tell({ file: 'heads', line, ...fault });
        else saved.add({ line, size: signed.head.size, rootHash: signed.head.rootHash });
      }
    }
    if (isEmpty) saved.fault(1, 'wrong_log', 'No saved head is of the log of this export.');
    return saved;
  }

  /** Told at every size that the export reaches. `root` is made only where it is needed. */
  reached(size: number, root: () => string): void {
    const heads = this.bySize.get(size);
    if (heads === undefined) return;
    this.bySize.delete(size);
    for (const { line, rootHash } of heads) {
      this.compared += 1;
      if (rootHash === root()) continue;
      const detail = `The head was signed for ${size} events that are not those of this export: one of the two histories is not the real one.`;
      this.fault(line, 'fork', detail);
    }
  }

  /** Told at the end: what was not reached is either before the export or was cut off. */
  ended(first: number, size: number): void {
    const left = [...this.bySize.values()].flat().sort((a, b) => a.line - b.line);
    for (const head of left) {
      if (head.size > size) {
        this.fault(
          head.line,
          'cut_tail',
          `The head was signed for ${head.size} events; the export ends with ${size}.`,
        );
      } else if (head.size < first) {
        const detail = `The head is of ${head.size} events, before the first of this export: verify it with an export that begins there or earlier.`;
        this.fault(head.line, 'head_before_range', detail);
      }
    }
  }

  private add(head: SavedHead): void {
    this.bySize.set(head.size, [...(this.bySize.get(head.size) ?? []), head]);
  }

  private fault(line: number, code: FaultCode, detail: string): void {
    this.tell({ file: 'heads', line, code, detail });
  }
}
