import { KeywardError, type LogPosition } from '@keyward/contracts';
import { MemoryReadModel } from '../memory/memory-read-model.js';
import type { ReadModel } from '../read-model.port.js';
import { STORE, at } from '../testing/sample-records.js';
import { FreshReader, type StaleAnswers } from './fresh-reader.js';
import { MINIMIZE_LATENCY, type ReadRequirement } from './read-requirement.js';
import { StalenessMonitor } from './staleness-monitor.js';

const BOUND = 2_000;
const LONG = 60_000;
const SHORT = 20;

interface Setup {
  readonly staleAnswers?: StaleAnswers;
  readonly head?: () => Promise<LogPosition>;
  /** Hides the ability to wait, as a store that cannot tell. */
  readonly polled?: boolean;
}

async function setUp({
  staleAnswers = 'refuse',
  head = () => Promise.resolve(at(100)),
  polled = false,
}: Setup = {}) {
  const store = new MemoryReadModel();
  await store.reset(STORE);
  await store.write([], at(10));
  await store.markReady();
  const clock = { ms: 0, monotonicMs: () => clock.ms };
  const monitor = new StalenessMonitor({ readModel: store, clock, boundMs: BOUND });
  monitor.isStale(0);
  await store.heartbeat(at(10));
  const readModel: ReadModel = polled
    ? ({ lookup: (addresses: never) => store.lookup(addresses) } as unknown as ReadModel)
    : store;
  let reads = 0;
  const reader = new FreshReader({ readModel, events: { head }, monitor, staleAnswers });
  const readOnce = () => {
    reads += 1;
    return store.lookup([]);
  };
  const read = (requirement: ReadRequirement, deadlineMs = LONG) =>
    reader.read(requirement, deadlineMs, readOnce);
  return { store, clock, read, reads: () => reads };
}

const atLeast = (n: number, withinBound = false): ReadRequirement => ({
  kind: 'at_least_as_fresh',
  position: at(n),
  field: 'after',
  withinBound,
});
const FULLY: ReadRequirement = { kind: 'fully_consistent' };
const never = () => new Promise<LogPosition>(() => undefined);

async function refusal(promise: Promise<unknown>): Promise<KeywardError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof KeywardError) return error;
  throw new Error(`it was not refused but gave ${String(error)}`);
}

describe('FreshReader, minimize_latency', () => {
  it('answers from one read while the projector beats', async () => {
    const { read, reads } = await setUp({ head: never });
    expect(await read(MINIMIZE_LATENCY)).toMatchObject({
      stale: false,
      entries: [],
      status: { position: at(10) },
    });
    expect(reads()).toBe(1);
  });

  it('refuses beyond the bound', async () => {
    const { read, clock } = await setUp();
    clock.ms += BOUND + 1;
    expect(await refusal(read(MINIMIZE_LATENCY))).toMatchObject({
      code: 'STALE_READ_MODEL',
      retryAfterSeconds: 1,
    });
  });

  it('flags beyond the bound where configured so', async () => {
    const { read, clock } = await setUp({ staleAnswers: 'flag' });
    expect((await read(MINIMIZE_LATENCY)).stale).toBe(false);
    clock.ms += BOUND + 1;
    expect((await read(MINIMIZE_LATENCY)).stale).toBe(true);
  });

  it('answers again after the next beat', async () => {
    const { read, clock, store } = await setUp();
    clock.ms += BOUND + 1;
    await refusal(read(MINIMIZE_LATENCY));
    await store.heartbeat(at(10));
    expect((await read(MINIMIZE_LATENCY)).stale).toBe(false);
  });
});

describe('FreshReader, not ready', () => {
  it.each([
    ['minimize_latency', MINIMIZE_LATENCY],
    ['at_least_as_fresh', atLeast(1)],
    ['fully_consistent', FULLY],
  ] as const)('refuses %s, and flags nothing', async (_name, requirement) => {
    const { read, store } = await setUp({ staleAnswers: 'flag' });
    await store.reset(STORE);
    expect(await refusal(read(requirement, SHORT))).toMatchObject({ retryAfterSeconds: 1 });
    await store.write([], at(100));
    expect((await refusal(read(requirement, SHORT))).code).toBe('UNAVAILABLE');
  });
});

describe.each([
  ['that can wait', false],
  ['that has to be asked again and again', true],
])('FreshReader, at_least_as_fresh, over a read model %s', (_name, polled) => {
  it('answers at once at or beyond the position, without asking the log or the heartbeat', async () => {
    const { read, reads, clock } = await setUp({
      polled,
      head: () => Promise.reject(new Error('the log is down')),
    });
    clock.ms += BOUND + 1;
    expect((await read(atLeast(10))).stale).toBe(false);
    expect((await read(atLeast(9))).status.position).toEqual(at(10));
    expect(reads()).toBe(2);
  });

  it('holds to the bound as well whoever asks for both', async () => {
    const [refusing, flagging] = [await setUp({ polled }), await setUp({ polled, staleAnswers: 'flag' })];
    const both = atLeast(10, true);
    expect((await refusing.read(both)).stale).toBe(false);
    for (const { clock } of [refusing, flagging]) clock.ms += BOUND + 1;
    expect((await refusal(refusing.read(both))).code).toBe('STALE_READ_MODEL');
    expect((await flagging.read(both)).stale).toBe(true);
    await refusing.store.write([], at(12));
    expect((await refusal(refusing.read(atLeast(12, true)))).code).toBe('STALE_READ_MODEL');
    await refusing.store.heartbeat(at(12));
    expect((await refusing.read(atLeast(12, true))).stale).toBe(false);
  });

  it('holds to the bound after waiting, too', async () => {
    const { read, store, clock } = await setUp({ polled });
    clock.ms += BOUND + 1;
    const answer = read(atLeast(11, true));
    await store.write([], at(11));
    expect((await refusal(answer)).code).toBe('STALE_READ_MODEL');
  });

  it('waits for the position and answers from then', async () => {
    const { read, store } = await setUp({ polled });
    const answer = read(atLeast(12));
    await store.write([], at(11));
    await store.write([], at(12));
    expect((await answer).status.position).toEqual(at(12));
  });

  it('refuses at the deadline instead of giving an older answer', async () => {
    const { read } = await setUp({ polled, staleAnswers: 'flag' });
    expect(await refusal(read(atLeast(11), SHORT))).toMatchObject({
      code: 'STALE_READ_MODEL',
      retryAfterSeconds: 1,
    });
  });

  it('refuses a position that the log has not come to, naming the field', async () => {
    const { read } = await setUp({ polled });
    expect(await refusal(read(atLeast(101)))).toMatchObject({
      code: 'INVALID_REQUEST',
      violations: [{ field: 'after' }],
    });
  });

  it('waits also while the log is out of reach', async () => {
    const { read, store } = await setUp({ polled, head: () => Promise.reject(new Error('the log is down')) });
    const answer = read(atLeast(11));
    await store.write([], at(11));
    expect((await answer).status.position).toEqual(at(11));
  });
});

describe('FreshReader, fully_consistent', () => {
  it('asks the log for its head and answers from there', async () => {
    const { read, store } = await setUp({ head: () => Promise.resolve(at(12)) });
    const answer = read(FULLY);
    await store.write([], at(12));
    expect((await answer).status.position).toEqual(at(12));
  });

  it('reads only after it knows the head, so that no earlier answer can slip through', async () => {
    let tell = (_head: LogPosition): void => undefined;
    const { read, reads } = await setUp({ head: () => new Promise((resolve) => (tell = resolve)) });
    const answer = read(FULLY);
    expect(reads()).toBe(0);
    tell(at(10));
    await answer;
    expect(reads()).toBe(1);
  });

  it('is refused when the log is out of reach', async () => {
    const { read } = await setUp({ head: () => Promise.reject(new Error('connection refused by 10.0.0.7')) });
    const error = await refusal(read(FULLY));
    expect(error.code).toBe('UNAVAILABLE');
    expect(error.message).not.toContain('10.0.0.7');
  });

  it('is refused at the deadline when the log does not answer', async () => {
    const { read } = await setUp({ head: never });
    expect((await refusal(read(FULLY, SHORT))).code).toBe('STALE_READ_MODEL');
  });
});
