import Database from 'libsql';
import { collect, uniqueName } from '../testing/index.js';
import type { RecordedEvent } from '../event-store.port.js';
import { queryOne } from './connection.js';
import { SqliteEventStore } from './sqlite-event-store.js';
import { OtherProcess, temporaryFolder } from './sqlite.fixtures.js';

const ROUNDS = 6;
const folder = temporaryFolder();
afterAll(() => folder.remove());

/** Eight writers that say what was acknowledged; one of them always writes two streams at once. */
const WRITERS = `
  const store = await SqliteEventStore.open({ file });
  const write = async (writer) => {
    for (;;) {
      const events = Array.from({ length: 1 + (writer % 3) }, () => anEvent({ filler: 'x'.repeat(writer * 300) }));
      const append = (stream) => ({ stream: stream + '-' + (writer % 4), expectedRevision: 'any', events });
      if (writer === 0) await store.appendAll([append('left'), append('right')]);
      else await store.append(append('one'));
      say(events.map(({ id }) => id).join(' '));
    }
  };
  for (let writer = 0; writer < 8; writer += 1) write(writer);`;

describe('kill -9 in mid-append', () => {
  it('loses nothing acknowledged, doubles nothing, and leaves the file sound, round after round', async () => {
    const file = folder.path(`${uniqueName('crash')}.db`);
    const acknowledged: string[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const writers = new OtherProcess(file, WRITERS);
      await writers.untilLines(1 + Math.floor(Math.random() * 400));
      await writers.kill();
      acknowledged.push(...writers.lines.flatMap((line) => line.split(' ')));
      checkLog(await readLog(file), acknowledged);
      checkIntegrity(file);
    }
    expect(acknowledged.length).toBeGreaterThan(ROUNDS);
  }, 120_000);
});

describe('a write that fails in mid-commit', () => {
  it('is told as UNKNOWN_OUTCOME, acknowledges nothing, and a retry writes it once', async () => {
    const file = folder.path(`${uniqueName('limit')}.db`);
    const writer = new OtherProcess(
      file,
      `
      const store = await SqliteEventStore.open({ file });
      for (;;) {
        const events = [anEvent({ filler: 'x'.repeat(20_000) })];
        const append = { stream: 'one', expectedRevision: 'any', events };
        try {
          await store.append(append);
          say('ok ' + events[0].id);
        } catch (error) {
          say(error.code + ' ' + events[0].id);
          const health = await store.health();
          say('health ' + health.ok);
          process.exit();
        }
      }`,
      300,
    );
    await writer.untilEnd();
    const outcomes = writer.lines.map((line) => line.split(' '));
    const acknowledged = outcomes.filter(([what]) => what === 'ok').map(([, id]) => id!);
    expect(acknowledged.length).toBeGreaterThan(3);
    const [[code, failedId], health] = outcomes.slice(-2) as [[string, string], [string, string]];
    expect(code).toBe('UNKNOWN_OUTCOME');
    expect(health[0]).toBe('health');
    checkLog(await readLog(file), acknowledged);

    const store = await SqliteEventStore.open({ file });
    const events = [{ id: failedId, type: 'ThingHappened', data: {}, metadata: {} }];
    await store.append({ stream: 'one', expectedRevision: 'any', events });
    await store.close();
    checkLog(await readLog(file), [...acknowledged, failedId]);
  }, 60_000);
});

async function readLog(file: string): Promise<RecordedEvent[]> {
  const store = await SqliteEventStore.open({ file });
  try {
    return await collect(store.readAll());
  } finally {
    await store.close();
  }
}

function checkLog(log: readonly RecordedEvent[], acknowledged: readonly string[]): void {
  const streams = new Map<string, RecordedEvent[]>();
  for (const event of log) {
    const events = streams.get(event.stream) ?? [];
    events.push(event);
    streams.set(event.stream, events);
  }
  for (const [stream, events] of streams) {
    expect(events.map(({ revision }) => Number(revision))).toEqual(events.map((_, index) => index));
    // What was written to the left in one step was written to the right in that step.
    const twin = streams.get(stream.replace('left', 'right'));
    expect(twin?.map(({ id }) => id)).toEqual(events.map(({ id }) => id));
  }
  const counts = new Map<string, number>();
  for (const { id, stream } of log) {
    if (!stream.startsWith('right')) counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  expect(acknowledged.filter((id) => counts.get(id) !== 1)).toEqual([]);
  expect([...counts.values()].filter((count) => count !== 1)).toEqual([]);
}

function checkIntegrity(file: string): void {
  const db = new Database(file);
  expect(queryOne(db, 'PRAGMA integrity_check')).toEqual(['ok']);
  db.close();
}
