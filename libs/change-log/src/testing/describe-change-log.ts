import { START_OF_LOG, comparePositions } from '@keyward/contracts';
import type { ChangeLogReader, ChangeLogWriter } from '../change-log.port.js';
import { isChangeLogError } from '../change-log.errors.js';
import type { KeyChange } from '../key-change.js';
import { aKeyChange, positionAt } from './key-changes.js';
import { ReaderProbe } from './reader-probe.js';

export interface ChangeLogUnderTest {
  readonly writer: ChangeLogWriter;
  readonly reader: ChangeLogReader;
  dispose(): Promise<void>;
}

/** Makes a new, empty change log; with `retain`, one that keeps only so many changes. */
export type MakeChangeLog = (retain?: number) => Promise<ChangeLogUnderTest>;

export interface Exceptions {
  /** The adapter drops by time or size, which a test cannot bring about: say where else it is tested. */
  readonly dropping?: 'cannot be brought about';
}

const RETAINED = 10;
const SLOTS = ['openai', 'anthropic', 'cohere'];

/** What every adapter of the change log keeps. */
export function describeChangeLog(name: string, make: MakeChangeLog, except: Exceptions = {}): void {
  describe(`change log: ${name}`, () => {
    let log: ChangeLogUnderTest;
    let probes: ReaderProbe[];

    beforeEach(async () => {
      log = await make();
      probes = [];
    });

    afterEach(async () => {
      await Promise.all(probes.map((probe) => probe.stop()));
      await log.dispose();
    });

    const reader = (): ReaderProbe => {
      const probe = new ReaderProbe(log.reader);
      probes.push(probe);
      return probe;
    };

    /** Fills the log with changes 1..count of several slots, as a relay would. */
    const fill = async (count: number): Promise<KeyChange[]> => {
      const changes = Array.from({ length: count }, (_, i) =>
        aKeyChange(i + 1, { integrationId: SLOTS[i % 3]! }),
      );
      await log.writer.begin({ after: START_OF_LOG, head: positionAt(count) });
      await log.writer.append(changes);
      await log.writer.saveCheckpoint(positionAt(count));
      return changes;
    };

    it('has no checkpoint while it is new', async () => {
      expect(await log.writer.checkpoint()).toBeNull();
      expect(await log.reader.truncatedBefore()).toBeNull();
    });

    it('yields each change exactly as it was appended', async () => {
      const changes = [
        aKeyChange(1, { projectId: 'website', kind: 'set', version: 7, actor: 'Ünïcode 鍵 "quoted"' }),
        aKeyChange(2, { projectId: null, kind: 'disabled' }),
        aKeyChange(2 ** 53 + 2, { kind: 'removed', integrationId: 'anthropic' }),
      ];
      await log.writer.begin({ after: START_OF_LOG, head: positionAt(1) });
      await log.writer.append(changes);
      const probe = await reader().until((p) => p.changes.length === 3);
      expect(byPosition(probe.changes)).toEqual(changes);
    });

    it('keeps the order of every slot', async () => {
      await fill(300);
      const probe = await reader().untilCaughtUp();
      for (const slot of SLOTS) {
        const places = probe.changes
          .filter((c) => c.integrationId === slot)
          .map((c) => Number(c.position.commit));
        expect(places).toHaveLength(100);
        expect(places).toEqual(places.toSorted((a, b) => a - b));
      }
    });

    it('shows every change to every reader, whenever it began', async () => {
      const early = reader();
      const changes = await fill(20);
      const late = reader();
      for (const probe of [early, late]) {
        await probe.untilCaughtUp();
        expect(ids(byPosition(probe.changes))).toEqual(ids(changes));
      }
    });

    it('goes on from the past to the present without a gap', async () => {
      const changes = await fill(10);
      const probe = await reader().untilCaughtUp();
      const next = aKeyChange(11);
      await log.writer.append([next]);
      await probe.until((p) => p.changes.length === 11);
      expect(ids(byPosition(probe.changes))).toEqual(ids([...changes, next]));
    });

    it('never loses a change that is appended again', async () => {
      const changes = await fill(5);
      await log.writer.append(changes.slice(2));
      const next = aKeyChange(6);
      await log.writer.append([next]);
      await log.writer.saveCheckpoint(next.position);
      const probe = await reader().until((p) => p.progress.some(({ position }) => position.commit === 6n));
      expect(new Set(ids(probe.changes))).toEqual(new Set([...ids(changes), next.id]));
    });

    it('remembers how far the log was relayed, and never goes back', async () => {
      await log.writer.begin({ after: START_OF_LOG, head: positionAt(3) });
      await log.writer.saveCheckpoint(positionAt(3));
      await log.writer.saveCheckpoint(positionAt(2));
      expect(await log.writer.checkpoint()).toEqual(positionAt(3));
    });

    it('reports progress only after every change before it', async () => {
      await fill(50);
      const probe = await reader().untilCaughtUp();
      expect(probe.progress.at(-1)!.position).toEqual(positionAt(50));
      expect(probe.changes).toHaveLength(50);
    });

    it('reports progress where nothing changed', async () => {
      await fill(1);
      const probe = await reader().untilCaughtUp();
      await log.writer.saveCheckpoint(positionAt(9));
      await probe.until((p) => p.progress.some(({ position }) => position.commit === 9n));
      expect(probe.changes).toHaveLength(1);
    });

    it('is not caught up until the relay has filled it', async () => {
      await log.writer.begin({ after: START_OF_LOG, head: positionAt(5) });
      await log.writer.append([aKeyChange(1)]);
      await log.writer.saveCheckpoint(positionAt(1));
      const probe = await reader().until((p) => p.progress.length === 1);
      expect(probe.progress[0]!.caughtUp).toBe(false);
      await log.writer.saveCheckpoint(positionAt(5));
      await probe.untilCaughtUp();
    });

    it('says which changes it was never given', async () => {
      await log.writer.begin({ after: positionAt(40), head: positionAt(41) });
      await log.writer.append([aKeyChange(41)]);
      expect(await log.reader.truncatedBefore()).toEqual(positionAt(40));
    });

    it('ends the reading on abort, also of one that waits', async () => {
      await fill(1);
      const probe = await reader().untilCaughtUp();
      await expect(probe.stop()).resolves.toBeUndefined();
      await expect(probe.step()).rejects.toThrow('reading ended');
    });

    if (except.dropping) return;

    describe('when it drops old changes', () => {
      beforeEach(async () => {
        await log.dispose();
        log = await make(RETAINED);
      });

      it('reads from the oldest one kept and says what is missing', async () => {
        await fill(25);
        const probe = await reader().untilCaughtUp();
        const oldest = byPosition(probe.changes)[0]!.position;
        const missingTo = (await log.reader.truncatedBefore())!;
        expect(probe.changes.length).toBeGreaterThanOrEqual(RETAINED);
        expect(comparePositions(missingTo, oldest)).toBeLessThan(0);
        expect(missingTo.commit).toBe(oldest.commit - 1n);
      });

      it('tells a reader that fell behind, instead of leaving a gap', async () => {
        await fill(5);
        const slow = await reader().untilCaughtUp();
        await log.writer.append(Array.from({ length: 40 }, (_, i) => aKeyChange(i + 6)));
        const outcome = await slow.step().catch((error: unknown) => error);
        expect(isChangeLogError(outcome, 'CHANGE_LOG_TRUNCATED')).toBe(true);
      });
    });
  });
}

function ids(changes: readonly KeyChange[]): string[] {
  return changes.map(({ id }) => id);
}

function byPosition(changes: readonly KeyChange[]): KeyChange[] {
  return changes.toSorted((a, b) => comparePositions(a.position, b.position));
}
