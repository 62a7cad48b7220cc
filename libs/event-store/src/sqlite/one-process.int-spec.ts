import { randomUUID } from 'node:crypto';
import { copyFileSync, statSync } from 'node:fs';
import Database from 'libsql';
import { START_OF_LOG } from '@keyward/contracts';
import {
  anEvent,
  appendEach,
  collect,
  expectCode,
  Follower,
  numbered,
  uniqueName,
} from '../testing/index.js';
import { openForWriting, readPragma } from './connection.js';
import { LogWriter } from './log-writer.js';
import { SqliteEventStore } from './sqlite-event-store.js';
import { filesHolding, OtherProcess, temporaryFolder } from './sqlite.fixtures.js';

const folder = temporaryFolder();
afterAll(() => folder.remove());

function newFile(): string {
  return folder.path(`${uniqueName('store')}.db`);
}

async function using(file: string, run: (store: SqliteEventStore) => Promise<void>, maxPages?: number) {
  const store = await SqliteEventStore.open(maxPages === undefined ? { file } : { file, maxPages });
  try {
    await run(store);
  } finally {
    await store.close();
  }
}

describe('one process at a time', () => {
  it('refuses a second process, telling which file it is about and what to do', async () => {
    const file = newFile();
    await using(file, async (store) => {
      const second = new OtherProcess(
        file,
        'await SqliteEventStore.open({ file }).catch((error) => say(JSON.stringify([error.code, error.message])));',
      );
      await second.untilEnd();
      const [code, message] = JSON.parse(second.lines[0]!) as [string, string];
      expect(code).toBe('STORE_IN_USE');
      expect(message).toContain(file);
      expect(message).toContain('KEYWARD_EVENT_STORE');
      await appendEach(store, 'still-works', numbered(1));
    });
  });

  it('refuses a second store in the same process, and lets the next one in after the first has closed', async () => {
    const file = newFile();
    await using(file, async () => {
      await expectCode(SqliteEventStore.open({ file }), 'STORE_IN_USE');
      await expectCode(SqliteEventStore.open({ file }), 'STORE_IN_USE');
    });
    await using(file, async (store) => expect(await store.health()).toEqual({ ok: true }));
  });

  it('lets the next process in as soon as the one before was killed', async () => {
    const file = newFile();
    const holder = new OtherProcess(file, "await SqliteEventStore.open({ file }); say('open');");
    await holder.untilLines(1);
    await expectCode(SqliteEventStore.open({ file }), 'STORE_IN_USE');
    await holder.kill();
    await using(file, async (store) => expect(await store.health()).toEqual({ ok: true }));
  });
});

describe('opening the file', () => {
  it('makes a new log, empty and closed to other users, with its folder', async () => {
    const file = folder.path('new/folder/log.db');
    await using(file, async (store) => {
      expect(await store.head()).toEqual(START_OF_LOG);
      expect(statSync(file).mode & 0o777).toBe(0o600);
      expect(statSync(`${file}-wal`).mode & 0o777).toBe(0o600);
      expect(statSync(folder.path('new/folder')).mode & 0o777).toBe(0o700);
    });
  });

  it('sets what durability and deletion need', () => {
    const db = openForWriting(newFile());
    const names = ['journal_mode', 'synchronous', 'secure_delete'];
    expect(names.map((name) => readPragma(db, name))).toEqual(['wal', 2, 1]);
    db.close();
  });

  it('refuses to start where SQLite does not keep a setting', () => {
    // An in-memory database has no write-ahead log, and says so only when it is asked.
    expect(() => openForWriting(':memory:')).toThrow(/journal_mode=WAL/);
  });

  it('refuses a file that is another program’s database', async () => {
    const file = newFile();
    const db = new Database(file);
    db.exec('CREATE TABLE theirs (a)');
    db.close();
    const error = await expectCode(SqliteEventStore.open({ file }), 'UNAVAILABLE');
    expect(error.message).toMatch(/no event store of Keyward/);
  });

  it('refuses a file of a later Keyward', async () => {
    const file = newFile();
    await using(file, async () => {});
    const db = new Database(file);
    db.exec("UPDATE meta SET value = '99' WHERE name = 'schema_version'");
    db.close();
    const error = await expectCode(SqliteEventStore.open({ file }), 'UNAVAILABLE');
    expect(error.message).toMatch(/schema version 99/);
  });

  it('names the file when it cannot be opened', async () => {
    const occupied = newFile();
    await using(occupied, async () => {});
    const file = `${occupied}/log.db`;
    const error = await expectCode(SqliteEventStore.open({ file }), 'UNAVAILABLE');
    expect(error.message).toContain(file);
  });
});

describe('group commit', () => {
  it('commits together what is appended together, and apart what is appended one after the other', async () => {
    await using(newFile(), async (store) => {
      const before = store.stats;
      await Promise.all(numbered(300).map((event, index) => appendEach(store, `together-${index}`, [event])));
      const together = store.stats;
      expect(together.requests - before.requests).toBe(300);
      expect(together.commits - before.commits).toBeLessThanOrEqual(3);
      await appendEach(store, 'apart', numbered(10));
      expect(store.stats.commits - together.commits).toBe(10);
    });
  });

  it('lets a refused append go without its neighbours', async () => {
    await using(newFile(), async (store) => {
      await appendEach(store, 'taken', numbered(1));
      const before = store.stats.commits;
      const outcomes = await Promise.allSettled(
        ['a', 'taken', 'b'].map((stream) =>
          store.append({ stream, expectedRevision: 'no_stream', events: [anEvent()] }),
        ),
      );
      expect(store.stats.commits - before).toBe(1);
      expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
      expect(await collect(store.readAll())).toHaveLength(3);
    });
  });

  it('has woken waiting subscribers when an append resolves', async () => {
    await using(newFile(), async (store) => {
      const follower = new Follower(store, { after: 'start' });
      await follower.until(({ caughtUp }) => caughtUp.length > 0);
      for (let count = 1; count <= 20; count += 1) {
        await appendEach(store, 'woken', numbered(1));
        await new Promise(setImmediate);
        expect(follower.events).toHaveLength(count);
      }
      await follower.stop();
    });
  });
});

describe('removed events', () => {
  it('leave no bytes in the file or its write-ahead log once their stream is deleted', async () => {
    const file = newFile();
    await using(file, async (store) => {
      for (const [name, canary] of [
        ['small', 'canary-7d1f'],
        ['large', 'canary-e02b'.repeat(3_000)],
      ] as const) {
        await store.append({ stream: name, expectedRevision: 'any', events: [anEvent({ canary })] });
        await appendEach(store, 'neighbour', numbered(1));
        expect(filesHolding(file, canary.slice(0, 11))).not.toEqual([]);
        await store.deleteStream(name);
        expect(filesHolding(file, canary.slice(0, 11))).toEqual([]);
      }
      expect(await collect(store.readAll())).toHaveLength(2);
    });
  });

  it('leave no bytes behind when the process is killed between their deletion and its end', async () => {
    const file = newFile();
    const killed = `${file}.killed`;
    const events = [{ id: randomUUID(), type: 'ThingHappened', data: '"canary-90c4"', metadata: '{}' }];
    const append = { stream: 'deleted', expectedRevision: 'any' as const, events };
    const writer = LogWriter.open({ file });
    writer.write([{ id: 1, kind: 'append', appends: [append] }]);
    writer.write([{ id: 2, kind: 'delete', stream: 'deleted' }]);
    for (const part of ['', '-wal']) copyFileSync(`${file}${part}`, `${killed}${part}`);
    expect(filesHolding(killed, 'canary-90c4')).not.toEqual([]);
    await using(killed, async (store) => {
      expect(filesHolding(killed, 'canary-90c4')).toEqual([]);
      expect(await collect(store.readAll())).toEqual([]);
    });
    writer.close();
  });

  it('leave no bytes behind when they were trimmed and the store has closed', async () => {
    const file = newFile();
    await using(file, async (store) => {
      await store.setMaxCount('trimmed', 1);
      await appendEach(store, 'trimmed', [anEvent({ canary: 'canary-51aa' })]);
      expect(filesHolding(file, 'canary-51aa')).not.toEqual([]);
      await appendEach(store, 'trimmed', [anEvent({ canary: 'canary-next' })]);
    });
    expect(filesHolding(file, 'canary-51aa')).toEqual([]);
    expect(filesHolding(file, 'canary-next')).toEqual([file]);
  });
});

describe('a full disk', () => {
  it('refuses appends, keeps what was acknowledged, and recovers by itself', async () => {
    const run = async (store: SqliteEventStore): Promise<void> => {
      const filler = 'x'.repeat(4_000);
      let acknowledged = 0;
      const fill = async (): Promise<never> => {
        for (;;) {
          await store.append({ stream: 'filler', expectedRevision: 'any', events: [anEvent({ filler })] });
          acknowledged += 1;
        }
      };
      const error = await expectCode(fill(), 'UNAVAILABLE');
      expect(error.message).toMatch(/disk is full/);
      expect(error.message).not.toContain('xxx');
      expect(acknowledged).toBeGreaterThan(10);
      expect(await collect(store.readStream('filler'))).toHaveLength(acknowledged);

      await store.deleteStream('filler');
      expect(await store.health()).toEqual({ ok: true });
      await appendEach(store, 'after', numbered(3));
      expect(await collect(store.readAll())).toHaveLength(3);
    };
    await using(newFile(), run, 60);
  });
});
