import { JournalFiles, type JournalFile } from '../read-audit/journal-files.port.js';

/** Files in memory, on a disk that fails and fills up as a test wants. */
export class MemoryJournalFiles extends JournalFiles {
  /** Bytes that fit on the disk. */
  capacity = Number.POSITIVE_INFINITY;
  /** Until it resolves no write does. */
  stall: Promise<void> = Promise.resolve();
  writes = 0;

  constructor(readonly files = new Map<string, string>()) {
    super();
  }

  /** What another process finds after this one was killed: all that was confirmed, and what a write had begun. */
  afterKill(begun = ''): MemoryJournalFiles {
    const files = new Map(this.files);
    const [last] = [...files.keys()].filter((name) => name.endsWith('.notes')).slice(-1);
    if (last !== undefined) files.set(last, files.get(last)! + begun);
    return new MemoryJournalFiles(files);
  }

  async append(name: string, text: string): Promise<void> {
    const before = this.files.get(name) ?? '';
    await this.put(name, before + text, before);
  }

  async write(name: string, text: string): Promise<void> {
    await this.put(name, text);
  }

  async read(name: string): Promise<string> {
    const text = this.files.get(name);
    if (text === undefined) throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
    return text;
  }

  async remove(names: readonly string[]): Promise<void> {
    for (const name of names) this.files.delete(name);
  }

  async list(): Promise<readonly JournalFile[]> {
    return [...this.files].map(([name, text]) => ({ name, bytes: Buffer.byteLength(text) }));
  }

  async close(): Promise<void> {
    // Nothing is held.
  }

  /** @param before what it held, where it is added to: a full disk then takes what fits */
  private async put(name: string, text: string, before?: string): Promise<void> {
    this.writes += 1;
    await this.stall;
    const others = [...this.files].filter(([other]) => other !== name);
    const used = others.reduce((bytes, [, content]) => bytes + Buffer.byteLength(content), 0);
    if (used + Buffer.byteLength(text) > this.capacity) {
      if (before !== undefined)
        this.files.set(name, text.slice(0, Math.max(before.length, this.capacity - used)));
      throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
    }
    this.files.set(name, text);
  }
}
