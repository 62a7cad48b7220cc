import { Logger } from '@nestjs/common';
import { LossyLog } from '../testing/lossy-log.js';
import { MemoryJournalFiles } from '../testing/memory-journal-files.js';
import { NOON, ReadAuditFixture, keyOf, ownKeyOf } from '../testing/read-audit-fixture.js';

const MINUTE = 60_000;

beforeAll(() => Logger.overrideLogger(false));

describe('What is handed out', () => {
  it('is counted by worker, project, version and minute, and recorded at the end of an interval', async () => {
    const audit = await ReadAuditFixture.start();
    await audit.handOut('worker-1', keyOf('website'), ownKeyOf('mobile'));
    audit.time.ms += 1_000;
    await audit.handOut('worker-1', keyOf('website'));
    await audit.handOut('worker-2', keyOf('website'));
    audit.time.ms += MINUTE;
    await audit.handOut('worker-1', keyOf('website'), keyOf('website', 'openai', { version: 2 }));
    expect(await audit.recorded()).toEqual([]);
    await audit.flush();
    const key = { level: 'organization', integrationId: 'openai', keyId: 'key-acme-openai-1', version: 1 };
    const noon = { firstAt: '2026-03-01T12:00:00.000Z', lastAt: '2026-03-01T12:00:00.000Z' };
    expect(await audit.recorded()).toEqual([
      {
        worker: 'worker-1',
        projectId: 'website',
        ...key,
        firstAt: '2026-03-01T12:00:00.000Z',
        lastAt: '2026-03-01T12:01:01.000Z',
        counts: { '2026-03-01T12:00Z': 2, '2026-03-01T12:01Z': 1 },
      },
      {
        worker: 'worker-1',
        projectId: 'mobile',
        ...key,
        level: 'project',
        keyId: 'key-of-mobile-openai',
        ...noon,
        counts: { '2026-03-01T12:00Z': 1 },
      },
      {
        worker: 'worker-1',
        projectId: 'website',
        ...key,
        keyId: 'key-acme-openai-2',
        version: 2,
        firstAt: '2026-03-01T12:01:01.000Z',
        lastAt: '2026-03-01T12:01:01.000Z',
        counts: { '2026-03-01T12:01Z': 1 },
      },
      {
        worker: 'worker-2',
        projectId: 'website',
        ...key,
        firstAt: '2026-03-01T12:00:01.000Z',
        lastAt: '2026-03-01T12:00:01.000Z',
        counts: { '2026-03-01T12:00Z': 1 },
      },
    ]);
  });

  it('is one event for each organization, in its own stream', async () => {
    const audit = await ReadAuditFixture.start();
    await audit.handOut('worker', keyOf('website'), keyOf('website', 'exa'));
    await audit.handOut('worker', keyOf('website', 'openai', { organizationId: 'globex' }));
    await audit.flush();
    await audit.flush();
    const seen: unknown[] = [];
    for await (const { stream, type, metadata } of audit.events.readAll())
      seen.push([stream, type, metadata]);
    expect(seen).toEqual([
      ['keyReads-acme', 'KeysHandedOut', { schemaVersion: 1 }],
      ['keyReads-globex', 'KeysHandedOut', { schemaVersion: 1 }],
    ]);
  });

  it('is several events where one would be too large for the log', async () => {
    const audit = await ReadAuditFixture.start();
    for (let n = 0; n < 900; n += 1) await audit.handOut('w'.repeat(250) + n, keyOf('website'));
    await audit.flush();
    expect(await audit.recorded()).toHaveLength(900);
  });

  it('is on disk before the key leaves, once for each minute, and in one write for all that come together', async () => {
    const audit = await ReadAuditFixture.start();
    const together = ['a', 'b', 'c'].map((worker) => audit.handOut(worker, keyOf('website')));
    await Promise.all(together);
    expect(audit.files.writes).toBe(1);
    expect([...audit.files.files.values()].join('').split('\n')).toHaveLength(4);
    for (let n = 0; n < 100; n += 1)
      expect(audit.recorder.record({ worker: 'a', keys: [keyOf('website')], patienceMs: 1 })).toBeUndefined();
    expect(audit.files.writes).toBe(1);
    audit.time.ms += MINUTE;
    await audit.handOut('a', keyOf('website'));
    expect(audit.files.writes).toBe(2);
  });

  it('is told in the minute in which it was, also when the clock is put back', async () => {
    const audit = await ReadAuditFixture.start();
    for (const minute of [5, 4, 5, 4]) {
      audit.time.ms = NOON + minute * MINUTE;
      await audit.handOut('worker', keyOf('website'));
    }
    await audit.flush();
    expect(await audit.recorded()).toEqual([
      expect.objectContaining({
        firstAt: '2026-03-01T12:04:00.000Z',
        lastAt: '2026-03-01T12:05:00.000Z',
        counts: { '2026-03-01T12:04Z': 2, '2026-03-01T12:05Z': 2 },
      }),
    ]);
  });

  it('is recorded by the next process when this one is killed, as once for each minute', async () => {
    const audit = await ReadAuditFixture.start();
    for (const worker of ['a', 'b', 'a']) await audit.handOut(worker, keyOf('website'));
    const next = await ReadAuditFixture.start({
      files: audit.files.afterKill('{"worker":"half a li'),
      events: audit.events,
    });
    await next.ship();
    expect(await next.recorded()).toEqual([
      expect.objectContaining({ worker: 'a', counts: { '2026-03-01T12:00Z': 1 } }),
      expect.objectContaining({ worker: 'b', counts: { '2026-03-01T12:00Z': 1 } }),
    ]);
    for await (const { data } of next.events.readAll()) expect(data).toMatchObject({ recovered: true });
    expect(next.files.files.size).toBe(0);
  });

  it('is recorded once, whatever became of the tries before', async () => {
    const log = new LossyLog();
    const audit = await ReadAuditFixture.start({ events: log });
    await audit.handOut('worker', keyOf('website'));
    await audit.recorder.seal();
    log.next.push('reply lost', 'away', 'request lost');
    for (let tries = 0; tries < 3; tries += 1) await expect(audit.ship()).rejects.toThrow();
    await log.appendAnother('keyReads-acme');
    const next = await ReadAuditFixture.start({ files: audit.files.afterKill(), events: log });
    await Promise.all([next.ship(), audit.ship()]);
    expect(await next.recorded()).toHaveLength(1);
  });

  it('is recorded once also where others record at the same time', async () => {
    const log = new LossyLog();
    const audit = await ReadAuditFixture.start({ events: log });
    await audit.handOut('worker', keyOf('website'));
    await audit.recorder.seal();
    log.next.push('away');
    await expect(audit.ship()).rejects.toThrow();
    await log.appendAnother('keyReads-acme');
    // The first try meets the other's event, the second one is recorded behind it, and nobody hears of that.
    log.next.push(undefined, 'reply lost');
    await expect(audit.ship()).rejects.toThrow();
    await log.appendAnother('keyReads-acme');
    await audit.ship();
    expect(await audit.recorded()).toHaveLength(1);
  });

  it('waits in the journal while the log is away, and leaves nothing there when it came back', async () => {
    const log = new LossyLog();
    const audit = await ReadAuditFixture.start({ events: log });
    log.next.push('away', 'away');
    for (let interval = 0; interval < 3; interval += 1) {
      await audit.handOut('worker', keyOf('website'));
      await audit.flush().catch(() => undefined);
      audit.time.ms += MINUTE;
    }
    expect((await audit.recorded()).map(({ counts }) => Object.keys(counts)[0])).toEqual([
      '2026-03-01T12:00Z',
      '2026-03-01T12:01Z',
      '2026-03-01T12:02Z',
    ]);
    expect(audit.journal.pendingBytes).toBe(0);
    expect(audit.files.files.size).toBe(0);
  });
});

describe('What cannot be recorded is refused:', () => {
  const refusal = { code: 'UNAVAILABLE', message: expect.stringContaining('that can be recorded') as string };

  it('when the disk is full, until it has room again', async () => {
    const audit = await ReadAuditFixture.start();
    await audit.handOut('worker', keyOf('website'));
    audit.files.capacity = 0;
    await expect(audit.handOut('other', keyOf('website'))).rejects.toMatchObject(refusal);
    expect(audit.recorder.problem).toBe('cannot put on disk what is handed out (ENOSPC)');
    // What is on disk already is handed out again.
    await audit.handOut('worker', keyOf('website'));
    audit.files.capacity = Number.POSITIVE_INFINITY;
    await expect(audit.handOut('other', keyOf('website'))).rejects.toMatchObject(refusal);
    audit.time.ms += 1_000;
    await audit.handOut('other', keyOf('website'));
    expect(audit.recorder.problem).toBeUndefined();
    await audit.flush();
    expect((await audit.recorded()).map(({ worker, counts }) => [worker, Object.values(counts)])).toEqual([
      ['worker', [2]],
      ['other', [1]],
    ]);
    expect(await audit.metric('keyward_read_audit_refused_total')).toBe(2);
  });

  it('when the disk does not answer', async () => {
    const audit = await ReadAuditFixture.start();
    let goOn!: () => void;
    audit.files.stall = new Promise((resolve) => (goOn = resolve));
    const late = audit.recorder.record({ worker: 'worker', keys: [keyOf('website')], patienceMs: 1 });
    await expect(late).rejects.toMatchObject(refusal);
    goOn();
    await audit.flush();
    expect(await audit.recorded()).toEqual([]);
  });

  it('when too much waits for the log, until the log takes it', async () => {
    const log = new LossyLog();
    const audit = await ReadAuditFixture.start({ events: log, backlogBytes: 400 });
    log.next.push('away');
    await audit.handOut('worker', keyOf('website'));
    await audit.flush().catch(() => undefined);
    expect(audit.recorder.problem).toContain('KEYWARD_READ_AUDIT_BACKLOG');
    await expect(audit.handOut('worker', keyOf('website'))).rejects.toMatchObject(refusal);
    await audit.ship();
    await audit.handOut('worker', keyOf('website'));
    expect(audit.recorder.problem).toBeUndefined();
  });

  it('and loses nothing when an interval cannot be ended', async () => {
    const audit = await ReadAuditFixture.start();
    await audit.handOut('worker', keyOf('website'));
    audit.files.capacity = 0;
    await audit.flush();
    expect(await audit.recorded()).toEqual([]);
    audit.files.capacity = Number.POSITIVE_INFINITY;
    audit.time.ms += MINUTE;
    await audit.handOut('worker', keyOf('website'));
    await audit.flush();
    await audit.flush();
    const counts = (await audit.recorded()).map((handOut) => handOut.counts);
    expect(counts).toEqual([{ '2026-03-01T12:00Z': 1 }, { '2026-03-01T12:01Z': 1 }]);
  });
});

describe('What cannot be recorded is handed out with an alarm:', () => {
  it('when the disk is full; the log has it all the same', async () => {
    const files = new MemoryJournalFiles();
    files.capacity = 0;
    const audit = await ReadAuditFixture.start({ whenUnrecorded: 'alarm', files });
    for (let n = 0; n < 3; n += 1) await audit.handOut('worker', keyOf('website'));
    expect(await audit.metric('keyward_read_audit_unsafe_total')).toBe(3);
    expect(audit.recorder.problem).toBeDefined();
    await audit.flush();
    expect((await audit.recorded()).map(({ counts }) => counts)).toEqual([{ '2026-03-01T12:00Z': 3 }]);
  });

  it('when the disk is full, and once also where the log does not answer', async () => {
    const [files, log] = [new MemoryJournalFiles(), new LossyLog()];
    files.capacity = 0;
    const audit = await ReadAuditFixture.start({ whenUnrecorded: 'alarm', files, events: log });
    await audit.handOut('worker', keyOf('website'));
    log.next.push('reply lost');
    await expect(audit.flush()).rejects.toThrow();
    await audit.ship();
    expect(await audit.recorded()).toHaveLength(1);
  });

  it('when the disk does not answer', async () => {
    const audit = await ReadAuditFixture.start({ whenUnrecorded: 'alarm' });
    let goOn!: () => void;
    audit.files.stall = new Promise((resolve) => (goOn = resolve));
    await audit.handOut('worker', keyOf('website'));
    expect(await audit.metric('keyward_read_audit_unsafe_total')).toBe(1);
    goOn();
    await audit.flush();
    expect((await audit.recorded()).map(({ counts }) => counts)).toEqual([{ '2026-03-01T12:00Z': 1 }]);
  });

  it('when too much waits for the log: that is lost, and counted', async () => {
    const log = new LossyLog();
    const audit = await ReadAuditFixture.start({ whenUnrecorded: 'alarm', events: log, backlogBytes: 400 });
    log.next.push('away');
    await audit.handOut('worker', keyOf('website'));
    await audit.flush().catch(() => undefined);
    for (let n = 0; n < 2; n += 1) await audit.handOut('worker', keyOf('website'));
    expect(await audit.metric('keyward_read_audit_lost_total')).toBe(2);
    await audit.flush();
    expect(await audit.recorded()).toHaveLength(1);
  });
});
