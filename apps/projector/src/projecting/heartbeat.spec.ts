import { jest } from '@jest/globals';
import type { LogPosition } from '@keyward/contracts';
import { HEARTBEAT_AGE_MS, ReadModelLostError } from '@keyward/read-model';
import { Heartbeat } from './heartbeat.js';

const EVERY = 250;
const at = (n: number): LogPosition => ({ commit: BigInt(n), prepare: BigInt(n) });

function heartbeatOver(log: { head: number; reachable?: boolean }) {
  const beats: number[] = [];
  let misses = 0;
  const heartbeat = new Heartbeat({
    events: {
      head: () =>
        log.reachable === false ? Promise.reject(new Error('down')) : Promise.resolve(at(log.head)),
    },
    writer: {
      heartbeat: (position) => {
        beats.push(Number(position.commit));
        return Promise.resolve();
      },
    },
    everyMs: EVERY,
    onMiss: () => void (misses += 1),
    onLost: () => undefined,
  });
  return { heartbeat, beats, misses: () => misses };
}

const pass = (ms: number): Promise<void> => jest.advanceTimersByTimeAsync(ms);

describe('Heartbeat', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('beats at once and then at its interval while the log stands still', async () => {
    const { heartbeat, beats } = heartbeatOver({ head: 5 });
    heartbeat.start();
    await heartbeat.reached(at(5));
    await pass(0);
    expect(beats).toEqual([5]);
    await pass(3 * EVERY);
    expect(beats).toEqual([5, 5, 5, 5]);
    heartbeat.stop();
  });

  it('is silent until what the log held when it was asked is applied', async () => {
    const log = { head: 5 };
    const { heartbeat, beats } = heartbeatOver(log);
    heartbeat.start();
    await heartbeat.reached(at(4));
    await pass(10 * EVERY);
    expect(beats).toEqual([]);
    log.head = 9;
    await heartbeat.reached(at(5));
    expect(beats).toEqual([5]);
    heartbeat.stop();
  });

  it('does not beat for what was the head too long ago, as after a standstill', async () => {
    const log = { head: 5, reachable: true };
    const { heartbeat, beats } = heartbeatOver(log);
    heartbeat.start();
    await heartbeat.reached(at(4));
    await pass(0);
    log.reachable = false;
    await pass(HEARTBEAT_AGE_MS + 1);
    await heartbeat.reached(at(5));
    expect(beats).toEqual([]);
    heartbeat.stop();
  });

  it('does not beat for an answer that was too long on its way', async () => {
    let answer = (_head: LogPosition): void => undefined;
    const beats: LogPosition[] = [];
    const heartbeat = new Heartbeat({
      events: { head: () => new Promise((resolve) => (answer = resolve)) },
      writer: { heartbeat: (position) => Promise.resolve(void beats.push(position)) },
      everyMs: EVERY,
      onMiss: () => undefined,
      onLost: () => undefined,
    });
    heartbeat.start();
    await heartbeat.reached(at(5));
    await pass(HEARTBEAT_AGE_MS + 1);
    answer(at(5));
    await pass(0);
    expect(beats).toEqual([]);
    await pass(EVERY);
    answer(at(5));
    await pass(0);
    expect(beats).toEqual([at(5)]);
    heartbeat.stop();
  });

  it('goes on under writes that never stop', async () => {
    const log = { head: 1 };
    const { heartbeat, beats } = heartbeatOver(log);
    heartbeat.start();
    for (let n = 1; n < 20; n++) {
      log.head = n + 3;
      await heartbeat.reached(at(n));
      await pass(EVERY / 2);
    }
    expect(beats.length).toBeGreaterThan(4);
    heartbeat.stop();
  });

  it('is silent while the log is out of reach, counts it, and goes on afterwards', async () => {
    const log = { head: 5, reachable: false };
    const { heartbeat, beats, misses } = heartbeatOver(log);
    heartbeat.start();
    await heartbeat.reached(at(5));
    await pass(EVERY);
    expect(beats).toEqual([]);
    expect(misses()).toBe(2);
    log.reachable = true;
    await pass(EVERY);
    expect(beats).toEqual([5]);
    heartbeat.stop();
  });

  it('is silent once stopped, also when the log answers late', async () => {
    let answer = (_head: LogPosition): void => undefined;
    const beats: LogPosition[] = [];
    const heartbeat = new Heartbeat({
      events: { head: () => new Promise((resolve) => (answer = resolve)) },
      writer: { heartbeat: (position) => Promise.resolve(void beats.push(position)) },
      everyMs: EVERY,
      onMiss: () => undefined,
      onLost: () => undefined,
    });
    heartbeat.start();
    await heartbeat.reached(at(5));
    heartbeat.stop();
    answer(at(5));
    await pass(2 * EVERY);
    expect(beats).toEqual([]);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('tells when the read model is no longer what was written, also when the log stands still', async () => {
    const lost: string[] = [];
    const heartbeat = new Heartbeat({
      events: { head: () => Promise.resolve(at(0)) },
      writer: { heartbeat: () => Promise.reject(new ReadModelLostError('lost records')) },
      everyMs: EVERY,
      onMiss: () => undefined,
      onLost: ({ code }) => void lost.push(code),
    });
    heartbeat.start();
    await pass(0);
    heartbeat.stop();
    expect(lost).toEqual(['READ_MODEL_LOST']);
  });
});
