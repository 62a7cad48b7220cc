import { JournalFiles, type JournalFile } from './journal-files.port.js';

/** Where there is no disk to write to, and hand-outs are recorded as well as can be without. */
export class UnusableJournalFiles extends JournalFiles {
  constructor(private readonly reason: string) {
    super();
  }

  append(): Promise<void> {
    return this.fail();
  }

  write(): Promise<void> {
    return this.fail();
  }

  read(): Promise<string> {
    return this.fail();
  }

  async remove(): Promise<void> {
    // Nothing is there.
  }

  async list(): Promise<readonly JournalFile[]> {
    return [];
  }

  async close(): Promise<void> {
    // Nothing is open.
  }

  private fail(): Promise<never> {
    return Promise.reject(Object.assign(new Error('There is no journal'), { code: this.reason }));
  }
}
