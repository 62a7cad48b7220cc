import { START_OF_LOG } from '@keyward/contracts';
import fc from 'fast-check';
import { ReaderProbe, aKeyChange, describeChangeLog, positionAt } from '../testing/index.js';
import { MemoryChangeLog } from './memory-change-log.js';

describeChangeLog('memory', async (retain) => {
  const log = new MemoryChangeLog(retain === undefined ? {} : { retain });
  return { writer: log, reader: log, dispose: async () => {} };
});

describe('memory change log', () => {
  it('is in log order over all slots', () => {
    expect(new MemoryChangeLog().inLogOrder).toBe(true);
  });

  it('asks the relay for no more than it can keep', () => {
    expect(new MemoryChangeLog({ retain: 7 }).backfill).toBe(7);
  });

  it('lets nothing wait for a reader that stopped reading', async () => {
    const log = new MemoryChangeLog({ retain: 10 });
    await log.begin({ after: START_OF_LOG, head: positionAt(1) });
    const stalled = new ReaderProbe(log);
    await log.append([aKeyChange(1)]);
    await stalled.step();
    for (let place = 2; place < 2_000; place++) await log.append([aKeyChange(place)]);
    await log.saveCheckpoint(positionAt(1_999));
    const other = await new ReaderProbe(log).untilCaughtUp();
    expect(other.changes).toHaveLength(10);
    await other.stop();
  });

  it('gives a reader all that was appended or an error, however appends and reads interleave', async () => {
    const step = fc.oneof(
      fc.record({ append: fc.integer({ min: 1, max: 8 }) }),
      fc.constant('read' as const),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 40 }),
        fc.integer({ min: 1, max: 12 }),
        async (steps, retain) => {
          const log = new MemoryChangeLog({ retain });
          await log.begin({ after: START_OF_LOG, head: positionAt(0) });
          const probe = new ReaderProbe(log);
          const places = (): number[] => probe.changes.map(({ position }) => Number(position.commit));
          let end = 0;
          for (const action of steps) {
            if (action !== 'read') {
              await log.append(Array.from({ length: action.append }, (_, i) => aKeyChange(end + i + 1)));
              end += action.append;
            } else if (end > (places().at(-1) ?? 0)) {
              const read = await probe.step().catch(() => 'fell behind');
              if (read === 'fell behind') return expect(end - places().at(-1)!).toBeGreaterThan(retain);
            }
          }
          // Reading begins with the first step, at the oldest change kept then.
          const first = places()[0] ?? 1;
          expect(places()).toEqual(Array.from({ length: probe.changes.length }, (_, i) => first + i));
        },
      ),
    );
  });
});
