/** An event has at most 1 MiB of data and metadata; a longer line is none of ours, and is not kept in memory. */
export const MAX_LINE_BYTES = 2 * 1024 * 1024;

const LINE_BREAK = 0x0a;

export interface Line {
  /** 1, 2, 3 ... */
  readonly number: number;
  /** Without the line break; undefined for a line that is too long, or that ends without a line break. */
  readonly bytes: Buffer | undefined;
}

/** The lines of a stream of bytes. Memory holds one line. */
export async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Line> {
  const parts = new LineParts();
  let number = 0;
  for await (const chunk of chunks) {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    let start = 0;
    for (let end = bytes.indexOf(LINE_BREAK); end >= 0; end = bytes.indexOf(LINE_BREAK, start)) {
      parts.add(bytes.subarray(start, end));
      start = end + 1;
      yield { number: (number += 1), bytes: parts.take() };
    }
    parts.add(bytes.subarray(start));
  }
  if (parts.length > 0) yield { number: number + 1, bytes: undefined };
}

class LineParts {
  length = 0;
  private parts: Buffer[] = [];

  add(part: Buffer): void {
    this.length += part.length;
    if (this.length > MAX_LINE_BYTES) this.parts = [];
    else this.parts.push(part);
  }

  take(): Buffer | undefined {
    const line = this.length > MAX_LINE_BYTES ? undefined : Buffer.concat(this.parts);
    this.parts = [];
    this.length = 0;
    return line;
  }
}
