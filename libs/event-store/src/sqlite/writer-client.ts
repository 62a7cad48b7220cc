import { Worker } from 'node:worker_threads';
import { closedError } from '../embedded/commit-signal.js';
import { EventStoreError, WrongExpectedRevisionError } from '../event-store.errors.js';
import type {
  FromWriter,
  ToWriter,
  WireError,
  WriteRequest,
  WriterOptions,
  WrittenAppend,
} from './protocol.js';
import { writerEntry } from './writer-entry.js';

type WithoutId<T> = T extends unknown ? Omit<T, 'id'> : never;
export type WriteJob = WithoutId<WriteRequest>;

interface Waiting {
  readonly resolve: (written: readonly WrittenAppend[]) => void;
  readonly reject: (error: EventStoreError) => void;
}

/** How the writer has fared since it was opened: appends per commit shows what group commit saves. */
export interface WriterStats {
  readonly commits: number;
  readonly requests: number;
}

/** The event loop's end of the writer thread. */
export class WriterClient {
  readonly stats = { commits: 0, requests: 0 };
  /** Called with the last durable position after each commit. */
  onCommit: (head: number) => void = () => {};
  private readonly waiting = new Map<number, Waiting>();
  private outbox: WriteRequest[] = [];
  private flushing = false;
  private nextId = 1;
  private stopped: 'closed' | 'crashed' | undefined;
  private readonly exited: Promise<void>;

  private constructor(
    private readonly worker: Worker,
    readonly storeId: string,
  ) {
    worker.on('message', (message: FromWriter) => this.receive(message));
    worker.on('error', () => {
      // 'exit' follows and settles what waits; without a listener the process would end here.
    });
    this.exited = new Promise((resolve) => {
      worker.once('exit', () => {
        this.failWaiting();
        resolve();
      });
    });
  }

  /** @throws EventStoreError UNAVAILABLE when the file cannot be used as an event store. */
  static async start(options: WriterOptions): Promise<WriterClient> {
    // The parent's flags are for its own code (a debugger, jest's loader), not for this thread.
    const worker = new Worker(writerEntry, { workerData: options, execArgv: [], name: 'event-store-writer' });
    const first = await new Promise<FromWriter>((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
    });
    if (first.kind === 'ready') return new WriterClient(worker, first.storeId);
    await worker.terminate();
    if (first.kind === 'refused') throw toError(first.error);
    throw new EventStoreError('UNAVAILABLE', 'the writer of the event store did not start');
  }

  /** Resolves when the job is durable. @throws EventStoreError as the port describes. */
  async write(job: WriteJob): Promise<readonly WrittenAppend[]> {
    if (this.stopped) throw this.stoppedError();
    const request = { ...job, id: this.nextId++ } as WriteRequest;
    const settled = new Promise<readonly WrittenAppend[]>((resolve, reject) => {
      this.waiting.set(request.id, { resolve, reject });
    });
    this.outbox.push(request);
    if (!this.flushing) {
      this.flushing = true;
      // What is appended in the same turn travels, and commits, together.
      setImmediate(() => this.flush());
    }
    return settled;
  }

  /** Lets everything asked for become durable, then ends the thread. */
  async close(): Promise<void> {
    if (!this.stopped) {
      this.flush();
      this.stopped = 'closed';
      this.worker.postMessage({ kind: 'close' } satisfies ToWriter);
    }
    await this.exited;
  }

  private flush(): void {
    this.flushing = false;
    if (this.outbox.length === 0 || this.stopped) return;
    const requests = this.outbox;
    this.outbox = [];
    this.stats.requests += requests.length;
    this.worker.postMessage({ kind: 'requests', requests } satisfies ToWriter);
  }

  private receive(message: FromWriter): void {
    if (message.kind !== 'settled') return;
    this.stats.commits += message.commits;
    if (message.commits > 0) this.onCommit(message.head);
    for (const outcome of message.outcomes) {
      const waiting = this.waiting.get(outcome.id);
      this.waiting.delete(outcome.id);
      if ('written' in outcome) waiting?.resolve(outcome.written);
      else waiting?.reject(toError(outcome.error));
    }
  }

  private failWaiting(): void {
    this.stopped ??= 'crashed';
    const unsent = new Set(this.outbox.map(({ id }) => id));
    for (const [id, { reject }] of this.waiting) {
      reject(unsent.has(id) ? this.stoppedError() : unknownOutcome());
    }
    this.waiting.clear();
    this.outbox = [];
  }

  private stoppedError(): EventStoreError {
    if (this.stopped === 'closed') return closedError();
    return new EventStoreError(
      'UNAVAILABLE',
      'the writer of the event store has stopped: restart this process',
    );
  }
}

function unknownOutcome(): EventStoreError {
  return new EventStoreError(
    'UNKNOWN_OUTCOME',
    'the writer of the event store stopped before it answered: retry with the same event ids after a restart',
  );
}

function toError({ code, message, mismatch }: WireError): EventStoreError {
  if (mismatch) return new WrongExpectedRevisionError(mismatch.stream, mismatch.expected, mismatch.actual);
  return new EventStoreError(code, message);
}
