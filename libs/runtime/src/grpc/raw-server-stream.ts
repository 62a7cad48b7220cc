import { constants } from 'node:http2';
import type { ServerWritableStream } from '@grpc/grpc-js';
import { Observable } from 'rxjs';

export interface RawStreamOptions {
  /**
   * How long a client that does not read may hold up the end of its stream. A status waits behind
   * the messages before it; after this the stream is reset, which the client sees as
   * RESOURCE_EXHAUSTED. @defaultValue 1000 ms
   */
  readonly endGraceMs?: number;
}

/** Writes messages straight to the call. The signal aborts when the client is gone or its deadline passed. */
export type RawStreamBody = (signal: AbortSignal) => Promise<void>;

/**
 * For a server-streaming `@GrpcMethod` that takes the raw call (its third argument) and writes itself:
 *
 *     watch(request: WatchRequest, _metadata: Metadata, call: ServerWritableStream<WatchRequest, WatchResponse>) {
 *       return rawServerStream(call, async (signal) => { ... if (!call.write(message)) await drained(call, signal); ... });
 *     }
 *
 * Nest puts what an Observable emits into an unbounded array when the client is slow. This one never
 * emits: nothing is buffered but what `write` has accepted. The body's end ends the stream; what it
 * throws goes through the exception filter and becomes the status.
 */
export function rawServerStream(
  call: AnyServerStream,
  body: RawStreamBody,
  options: RawStreamOptions = {},
): Observable<never> {
  return new Observable<never>((subscriber) => {
    const abort = new AbortController();
    // Nest unsubscribes on cancellation and after the end; either way the body has to stop.
    subscriber.add(() => abort.abort());
    const onEnd = (): void => resetUnlessFlushed(call, options.endGraceMs ?? 1000);
    body(abort.signal).then(
      () => {
        subscriber.complete();
        onEnd();
      },
      (error: unknown) => {
        subscriber.error(error);
        onEnd();
      },
    );
  });
}

/** Resolves when the call takes messages again, or at once when the signal aborts. */
export function drained(call: AnyServerStream, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted || !call.writableNeedDrain) return resolve();
    const done = (): void => {
      call.off('drain', done);
      signal.removeEventListener('abort', done);
      resolve();
    };
    call.on('drain', done);
    signal.addEventListener('abort', done, { once: true });
  });
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the messages do not matter here, and the type is invariant in them
export type AnyServerStream = ServerWritableStream<any, any>;

function resetUnlessFlushed(call: AnyServerStream, graceMs: number): void {
  const http2Stream = http2StreamOf(call);
  if (!http2Stream || http2Stream.closed) return;
  const timer = setTimeout(() => http2Stream.close(constants.NGHTTP2_ENHANCE_YOUR_CALM), graceMs);
  timer.unref();
  http2Stream.once('close', () => clearTimeout(timer));
}

interface ClosableStream {
  readonly closed: boolean;
  close(code: number): void;
  once(event: 'close', listener: () => void): unknown;
}

/**
 * grpc-js has no public way to reset one stream, and `end` alone waits for the client for ever.
 * The HTTP/2 stream lies in the innermost call object, behind one wrapper per interceptor.
 */
function http2StreamOf(call: AnyServerStream): ClosableStream | undefined {
  let inner = (call as unknown as { call?: Wrapped }).call;
  while (inner?.nextCall) inner = inner.nextCall;
  return inner?.stream;
}

interface Wrapped {
  readonly nextCall?: Wrapped;
  readonly stream?: ClosableStream;
}
