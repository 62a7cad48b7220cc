import type { LogPosition } from '@keyward/contracts';
import type { ChangeLogMessage, ChangeLogReader } from '../change-log.port.js';
import type { KeyChange } from '../key-change.js';

/** Reads a change log as far as a test asks, one message at a time. */
export class ReaderProbe {
  readonly changes: KeyChange[] = [];
  readonly progress: { position: LogPosition; caughtUp: boolean }[] = [];
  readonly missed: LogPosition[] = [];
  private readonly abort = new AbortController();
  private readonly messages: AsyncIterator<ChangeLogMessage>;

  constructor(reader: ChangeLogReader) {
    this.messages = reader.read(this.abort.signal)[Symbol.asyncIterator]();
  }

  /** Reads until the condition holds. Rejects when reading ends first. */
  async until(condition: (probe: this) => boolean): Promise<this> {
    while (!condition(this)) await this.step();
    return this;
  }

  /** Reads until a progress says that everything has been read. */
  async untilCaughtUp(): Promise<this> {
    const seen = this.progress.length;
    return this.until(({ progress }) => progress.slice(seen).some(({ caughtUp }) => caughtUp));
  }

  async step(): Promise<void> {
    const { done, value } = await this.messages.next();
    if (done) throw new Error('reading ended');
    if (value.kind === 'changes') this.changes.push(...value.changes);
    else if (value.kind === 'missed') this.missed.push(value.position);
    else this.progress.push(value);
  }

  /** Ends the reading; resolves once the change log let go of it. */
  async stop(): Promise<void> {
    this.abort.abort();
    while (!(await this.messages.next()).done);
  }
}
