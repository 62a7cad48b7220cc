import type { ServerWritableStream } from '@grpc/grpc-js';
import type { KeywardError, WatchRequest__Output, WatchResponse } from '@keyward/contracts';
import type { WatchHub, WatchOrder } from '../watching/watch-hub.js';
import type { WatcherOutlet } from '../watching/watcher.js';

export type WatchCall = ServerWritableStream<WatchRequest__Output, WatchResponse>;

/**
 * Connects a watcher to its call, until the client is gone or the hub ends the watch.
 * Rejects with the hub's reason.
 */
export async function serveWatch(
  hub: WatchHub,
  order: WatchOrder,
  call: WatchCall,
  signal: AbortSignal,
): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve, reject: (reason: KeywardError) => void) => {
    const outlet: WatcherOutlet = { write: (message) => call.write(message), end: reject };
    const watcher = hub.watch(order, outlet);
    call.on('drain', () => watcher.drained());
    signal.addEventListener('abort', () => {
      hub.leave(watcher);
      resolve();
    });
  });
}
