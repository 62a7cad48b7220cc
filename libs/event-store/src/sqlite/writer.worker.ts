import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { describeFailure, LogWriter, type Settled } from './log-writer.js';
import type { FromWriter, ToWriter, WriteRequest, WriterOptions } from './protocol.js';

/**
 * The thread that writes. It lives apart from the event loop because an fsync blocks whoever calls it;
 * whatever arrives meanwhile waits in the port and becomes the next transaction.
 */

/** So that one transaction stays a matter of milliseconds, whatever waits. */
const MAX_REQUESTS_PER_COMMIT = 1_000;
const SCRUB_RETRY_MS = 1_000;
const port = parentPort!;
const options = workerData as WriterOptions;
let scrubTimer: NodeJS.Timeout | undefined;

function answer(message: FromWriter): void {
  port.postMessage(message);
}

function run(writer: LogWriter, first: ToWriter): void {
  const waiting: WriteRequest[] = [];
  let closing = false;
  for (let next: ToWriter | undefined = first; next; next = takeWaiting()) {
    if (next.kind === 'close') closing = true;
    else waiting.push(...next.requests);
    if (!closing && waiting.length < MAX_REQUESTS_PER_COMMIT) continue;
    settleAll(writer, waiting.splice(0));
  }
  settleAll(writer, waiting);
  if (closing) {
    clearTimeout(scrubTimer);
    writer.close();
    port.close();
  } else tidy(writer);
}

function tidy(writer: LogWriter): void {
  clearTimeout(scrubTimer);
  writer.tidy();
  if (writer.isScrubDue) scrubTimer = setTimeout(() => tidy(writer), SCRUB_RETRY_MS);
}

function takeWaiting(): ToWriter | undefined {
  return receiveMessageOnPort(port)?.message as ToWriter | undefined;
}

function settleAll(writer: LogWriter, requests: readonly WriteRequest[]): void {
  if (requests.length === 0) return;
  const settled = writer.write(requests);
  const deletions = new Set(requests.filter(({ kind }) => kind === 'delete').map(({ id }) => id));
  if (deletions.size === 0) return post(settled);
  // Whoever deletes is answered when the bytes are gone; the others need not wait for that.
  post({ ...settled, outcomes: settled.outcomes.filter(({ id }) => !deletions.has(id)) });
  writer.scrub();
  post({ ...settled, commits: 0, outcomes: settled.outcomes.filter(({ id }) => deletions.has(id)) });
}

function post(settled: Settled): void {
  answer({ kind: 'settled', ...settled });
}

function start(): void {
  let writer: LogWriter;
  try {
    writer = LogWriter.open(options);
  } catch (error) {
    answer({ kind: 'refused', error: describeFailure(options.file, 'UNAVAILABLE', error) });
    port.close();
    return;
  }
  port.on('message', (message: ToWriter) => run(writer, message));
  answer({ kind: 'ready', storeId: writer.storeId });
}

start();
