import { Worker } from 'node:worker_threads';
import { UnreadableEventError } from '@keyward/domain';
import { HistoryIndexError, type HistoryIndex } from '../history-index.port.js';
import { remoteLedger } from '../remote-ledger.js';
import type { HistoryFileOptions } from '../sqlite/open-file.js';
import { encodeEvents, type FromHistoryThread, type HistoryCalls, type WireError } from './protocol.js';
import { workerEntry } from './worker-entry.js';

interface Waiting {
  readonly resolve: (value: never) => void;
  readonly reject: (error: Error) => void;
}

/** @throws HistoryIndexError UNAVAILABLE when the file cannot be used, LOST when it is damaged. */
export async function openHistoryThread(options: HistoryFileOptions): Promise<HistoryIndex> {
  // The parent's flags are for its own code (a debugger, jest's loader), not for this thread.
  const worker = new Worker(workerEntry, { workerData: options, execArgv: [], name: 'history' });
  const first = await new Promise<FromHistoryThread>((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
  if (first.kind === 'ready') return new HistoryThread(worker);
  await worker.terminate();
  if (first.kind === 'refused') throw toError(first.error);
  throw new HistoryIndexError('UNAVAILABLE', 'the thread of the history did not start');
}

/** The event loop's end of the thread that has the file. */
class HistoryThread implements HistoryIndex {
  private readonly waiting = new Map<number, Waiting>();
  private readonly exited: Promise<void>;
  private nextId = 1;
  private isOver = false;

  constructor(private readonly worker: Worker) {
    worker.on('message', (message: FromHistoryThread) => this.receive(message));
    worker.on('error', () => {
      // 'exit' follows and settles what waits; without a listener the process would end here.
    });
    this.exited = new Promise((resolve) => {
      worker.once('exit', () => {
        this.isOver = true;
        for (const { reject } of this.waiting.values()) reject(stopped());
        this.waiting.clear();
        resolve();
      });
    });
  }

  last: HistoryIndex['last'] = () => this.call('last');
  reset: HistoryIndex['reset'] = () => this.call('reset');
  read: HistoryIndex['read'] = (query) => this.call('read', query);
  apply: HistoryIndex['apply'] = (events, through) => this.call('apply', encodeEvents(events), through);
  lastOfEach: HistoryIndex['lastOfEach'] = (query) => this.call('lastOfEach', query);
  readonly audit: HistoryIndex['audit'] = {
    ...remoteLedger((call, args) => this.call('audit', call, args) as never),
    recheck: (events, ...bounds) => this.call('recheck', encodeEvents(events), ...bounds),
  };

  uses: HistoryIndex['uses'] = (organizationId, integrationId) =>
    this.call('uses', organizationId, integrationId);
  lastUses: HistoryIndex['lastUses'] = (keyIds) => this.call('lastUses', keyIds);

  async close(): Promise<void> {
    if (!this.isOver) await this.call('close').catch(() => undefined);
    await this.exited;
  }

  private call<C extends keyof HistoryCalls>(
    call: C,
    ...args: Parameters<HistoryCalls[C]>
  ): Promise<ReturnType<HistoryCalls[C]>> {
    if (this.isOver) return Promise.reject(stopped());
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.worker.postMessage({ id, call, args });
    });
  }

  private receive(message: FromHistoryThread): void {
    if (message.kind !== 'answer' && message.kind !== 'failure') return;
    const waiting = this.waiting.get(message.id);
    this.waiting.delete(message.id);
    if (message.kind === 'answer') waiting?.resolve(message.value as never);
    else waiting?.reject(toError(message.error));
  }
}

function toError({ name, code, message }: WireError): Error {
  if (code === 'UNREADABLE_EVENT') return new UnreadableEventError(message);
  if (code === 'LOST' || code === 'UNAVAILABLE') return new HistoryIndexError(code, message);
  return Object.assign(new Error(message), { name });
}

function stopped(): HistoryIndexError {
  return new HistoryIndexError('UNAVAILABLE', 'the thread of the history has stopped');
}
