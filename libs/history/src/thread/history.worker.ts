import { parentPort, workerData } from 'node:worker_threads';
import { HistoryFile } from '../sqlite/history-file.js';
import type { HistoryFileOptions } from '../sqlite/open-file.js';
import {
  decodeEvents,
  type FromHistoryThread,
  type HistoryCalls,
  type ToHistoryThread,
  type WireError,
} from './protocol.js';

/**
 * The thread that has the file. It lives apart from the event loop, so that neither a wide search, nor a
 * slow disk, nor the building of the whole ever holds up a command.
 */

const port = parentPort!;
const options = workerData as HistoryFileOptions;

function send(message: FromHistoryThread): void {
  port.postMessage(message);
}

function serve(calls: HistoryCalls): void {
  port.on('message', ({ id, call, args }: ToHistoryThread) => {
    try {
      const value = (calls[call] as (...args: readonly unknown[]) => unknown)(...args);
      send({ kind: 'answer', id, value });
    } catch (error) {
      send({ kind: 'failure', id, error: toWire(error) });
    }
    if (call === 'close') port.close();
  });
}

function callsOf(file: HistoryFile): HistoryCalls {
  return {
    last: () => file.last(),
    apply: (events, through) => file.apply(decodeEvents(events), through),
    reset: () => file.reset(),
    read: (query) => file.read(query),
    lastOfEach: (query) => file.lastOfEach(query),
    audit: (call, args) => file.audit(call, args),
    recheck: (events, ...bounds) => file.audit('recheck', [decodeEvents(events), ...bounds]),
    uses: (organizationId, integrationId) => file.usesOf(organizationId, integrationId),
    lastUses: (keyIds) => file.lastUses(keyIds),
    close: () => file.close(),
  };
}

function toWire(error: unknown): WireError {
  const { name, code, message } = error as { name?: unknown; code?: unknown; message?: unknown };
  return { name: String(name), code: typeof code === 'string' ? code : undefined, message: String(message) };
}

try {
  serve(callsOf(HistoryFile.open(options)));
  send({ kind: 'ready' });
} catch (error) {
  send({ kind: 'refused', error: toWire(error) });
  port.close();
}
