import { LRUCache } from 'lru-cache';

const STREAMS = 10_000;

/**
 * The last revisions of the streams that were asked for of late. Exact without looking again, because nothing is
 * written to the log but by the one who reports it here.
 */
export class StreamHeads {
  private readonly heads = new LRUCache<string, number>({ max: STREAMS });

  /** @param look reads the last revision from the log; -1 when the stream holds no event. */
  constructor(private readonly look: (stream: string) => number) {}

  of(stream: string): number {
    let head = this.heads.get(stream);
    if (head === undefined) {
      head = this.look(stream);
      this.heads.set(stream, head);
    }
    return head;
  }

  /** Most streams are written and never asked for: only those that were are kept. */
  appended(stream: string, revision: number): void {
    const known = this.heads.peek(stream);
    // An append that was a retry reports a revision long passed.
    if (known !== undefined && revision > known) this.heads.set(stream, revision);
  }

  /** What becomes of the stream is not known here: it is looked up when it is asked for again. */
  forget(stream: string): void {
    this.heads.delete(stream);
  }
}
