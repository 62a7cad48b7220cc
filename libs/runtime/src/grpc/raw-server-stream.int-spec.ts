import { status, type ClientReadableStream } from '@grpc/grpc-js';
import { KeywardError } from '@keyward/contracts';
import { Logger } from '@nestjs/common';
import { deferred } from '../testing/deferred.js';
import {
  startServer,
  watchController,
  type RunningServer,
  type WatchHandler,
} from '../testing/grpc-fixture.js';
import { drained, rawServerStream, type AnyServerStream } from './raw-server-stream.js';

const big = { changesThrough: 'x'.repeat(16_000) };

interface Ended {
  readonly messages: string[];
  readonly code: number;
  readonly details: string;
}

/** Reads to the end. */
function readAll(call: ClientReadableStream<{ changesThrough: string }>, flowing = true): Promise<Ended> {
  const messages: string[] = [];
  const ended = deferred<Ended>();
  if (flowing)
    call.on('data', ({ changesThrough }: { changesThrough: string }) => messages.push(changesThrough));
  call.on('error', () => undefined);
  call.on('status', ({ code, details }: { code: number; details: string }) =>
    ended.resolve({ messages, code, details }),
  );
  return ended.promise;
}

describe('rawServerStream', () => {
  let server: RunningServer | undefined;

  async function watch(handler: WatchHandler): Promise<ClientReadableStream<never>> {
    server = await startServer([watchController(handler)], { shutdownGraceMs: 50 });
    return server.changes.Watch({}) as ClientReadableStream<never>;
  }

  beforeAll(() => Logger.overrideLogger(false));
  afterEach(async () => {
    await server?.close();
  });

  it('delivers what the body writes, in order, and ends with OK', async () => {
    const call = await watch((stream) =>
      rawServerStream(stream, async (signal) => {
        for (let i = 0; i < 500; i++) {
          if (!stream.write({ changesThrough: String(i) })) await drained(stream, signal);
        }
      }),
    );
    const { messages, code } = await readAll(call);
    expect(code).toBe(status.OK);
    expect(messages).toEqual(Array.from({ length: 500 }, (_, i) => String(i)));
  });

  it('ends with the status of what the body throws, after what was written', async () => {
    const call = await watch((stream) =>
      rawServerStream(stream, () => {
        stream.write({ changesThrough: 'first' });
        return Promise.reject(new KeywardError('SLOW_WATCHER', 'Read faster'));
      }),
    );
    expect(await readAll(call)).toEqual({
      messages: ['first'],
      code: status.RESOURCE_EXHAUSTED,
      details: 'Read faster',
    });
  });

  it('hides an unexpected error of the body', async () => {
    const call = await watch((stream) => rawServerStream(stream, () => Promise.reject(new Error('planted'))));
    const { code, details } = await readAll(call);
    expect(code).toBe(status.INTERNAL);
    expect(details).not.toContain('planted');
  });

  it('aborts the body when the client cancels', async () => {
    const aborted = deferred();
    const call = await watch((stream) =>
      rawServerStream(stream, (signal) => {
        signal.addEventListener('abort', () => aborted.resolve());
        stream.write({ changesThrough: 'first' });
        return aborted.promise;
      }),
    );
    const end = readAll(call);
    call.once('data', () => call.cancel());
    await aborted.promise;
    expect((await end).code).toBe(status.CANCELLED);
  });

  it('makes the body wait for a client that does not read', async () => {
    const stalledAfter = deferred<number>();
    const call = await watch((stream) =>
      rawServerStream(stream, async (signal) => {
        stalledAfter.resolve(await writeUntilStalled(stream, signal));
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
      }),
    );
    call.on('error', () => undefined);
    stopReadingAfterFirst(call);
    // What the socket, the flow-control window and grpc-js take, and not a message more.
    expect(await stalledAfter.promise).toBeLessThan(MANY);
    call.cancel();
  });

  it('resets a stream whose client does not even take the status', async () => {
    const stalledAfter = deferred<number>();
    const gone = deferred();
    const call = await watch((stream) => {
      stream.on('cancelled', () => gone.resolve());
      const body = async (signal: AbortSignal): Promise<never> => {
        stalledAfter.resolve(await writeUntilStalled(stream, signal));
        throw new KeywardError('SLOW_WATCHER', 'Read faster');
      };
      return rawServerStream(stream, body, { endGraceMs: 20 });
    });
    const end = readAll(call, false);
    stopReadingAfterFirst(call);
    expect(await stalledAfter.promise).toBeLessThan(MANY);
    await gone.promise;
    // The client did not read a word of it, and knows all the same.
    call.resume();
    expect((await end).code).toBe(status.RESOURCE_EXHAUSTED);
  });
});

/** A client that never read at all is kept reading by grpc-js; one that read and then paused is not. */
function stopReadingAfterFirst(call: ClientReadableStream<never>): void {
  call.once('data', () => call.pause());
}

const MANY = 5000;

/** Writes large messages, waiting when told to, until the stream does not drain any more; the answer is how many. */
async function writeUntilStalled(stream: AnyServerStream, signal: AbortSignal): Promise<number> {
  let written = 0;
  while (written < MANY && !signal.aborted) {
    written += 1;
    if (!stream.write(big) && (await Promise.race([drained(stream, signal), noDrain()])) === 'stalled') break;
  }
  return written;
}

/** On the loopback a stream drains at once or, when its client does not read, not at all. */
function noDrain(): Promise<'stalled'> {
  return new Promise((resolve) => setTimeout(() => resolve('stalled'), 300).unref());
}
