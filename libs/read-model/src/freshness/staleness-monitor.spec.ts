import { jest } from '@jest/globals';
import { HEARTBEAT_AGE_MS } from '../read-model.port.js';
import { StalenessMonitor } from './staleness-monitor.js';

const BOUND = 2_000;
/** Of a beat, less than the bound: what it vouches for may be older than itself. */
const TERM = BOUND - HEARTBEAT_AGE_MS;

function monitorAt(status: () => Promise<{ heartbeat: number }> = () => Promise.resolve({ heartbeat: 0 })) {
  const clock = { ms: 10_000, monotonicMs: () => clock.ms };
  const readModel = {
    status: async () => ({ ready: true, position: { commit: 0n, prepare: 0n }, ...(await status()) }),
  };
  return { clock, monitor: new StalenessMonitor({ readModel, clock, boundMs: BOUND }) };
}

describe('StalenessMonitor', () => {
  it('takes everything for stale until it has seen a beat, because an old count tells nothing', () => {
    const { monitor } = monitorAt();
    expect(monitor.isStale(7)).toBe(true);
    expect(monitor.isStale(7)).toBe(true);
    expect(monitor.isStale(8)).toBe(false);
  });

  it('keeps trusting for the bound after what a beat vouches for, and no longer', () => {
    const { monitor, clock } = monitorAt();
    monitor.isStale(1);
    expect(monitor.isStale(2)).toBe(false);
    clock.ms += TERM;
    expect(monitor.isStale(2)).toBe(false);
    clock.ms += 1;
    expect(monitor.isStale(2)).toBe(true);
  });

  it('counts a beat from the observation before it, because it may be that old', () => {
    const { monitor, clock } = monitorAt();
    monitor.isStale(1);
    clock.ms += TERM - 100;
    expect(monitor.isStale(2)).toBe(false);
    clock.ms += 101;
    expect(monitor.isStale(2)).toBe(true);
  });

  it('does not believe a beat that may have been longer ago than the bound', () => {
    const { monitor, clock } = monitorAt();
    monitor.isStale(1);
    clock.ms += TERM + 1;
    expect(monitor.isStale(2)).toBe(true);
    expect(monitor.isStale(3)).toBe(false);
  });

  it('does not take a count that began again for a beat', () => {
    const { monitor, clock } = monitorAt();
    monitor.isStale(100);
    monitor.isStale(101);
    clock.ms += BOUND + 1;
    expect(monitor.isStale(3)).toBe(true);
    expect(monitor.isStale(4)).toBe(false);
  });

  describe('polling', () => {
    beforeEach(() => jest.useFakeTimers());
    afterEach(() => jest.useRealTimers());

    it('keeps the observations close together when nobody reads', async () => {
      let heartbeat = 1;
      const { monitor, clock } = monitorAt(() => Promise.resolve({ heartbeat }));
      monitor.start();
      for (let polls = 0; polls < 8; polls++) {
        heartbeat += 1;
        clock.ms += BOUND / 8;
        await jest.advanceTimersByTimeAsync(BOUND / 8);
      }
      expect(monitor.isStale(heartbeat)).toBe(false);
      monitor.stop();
      expect(jest.getTimerCount()).toBe(0);
    });

    it('finds a read model that is out of reach stale, and lives on', async () => {
      let reachable = true;
      let heartbeat = 1;
      const { monitor, clock } = monitorAt(() =>
        reachable ? Promise.resolve({ heartbeat }) : Promise.reject(new Error('down')),
      );
      const pass = async (): Promise<void> => {
        clock.ms += BOUND / 8;
        await jest.advanceTimersByTimeAsync(BOUND / 8);
      };
      monitor.start();
      await pass();
      heartbeat += 1;
      await pass();
      expect(monitor.isStale(heartbeat)).toBe(false);
      reachable = false;
      for (let polls = 0; polls < 12; polls++) await pass();
      expect(monitor.isStale(heartbeat)).toBe(true);
      reachable = true;
      await pass();
      heartbeat += 1;
      await pass();
      expect(monitor.isStale(heartbeat)).toBe(false);
      monitor.stop();
    });
  });
});
