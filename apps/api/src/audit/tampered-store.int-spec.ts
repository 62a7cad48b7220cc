import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SignedHead } from '@keyward/audit';
import { orgKeyStream, organizationStream } from '@keyward/domain';
import { SqliteEventStore } from '@keyward/event-store';
import Database from 'libsql';
import { AuditFixture, type AuditCopy } from '../testing/audit-fixture.js';
import { checkLog } from './log-check.js';

const ORGANIZATION = organizationStream('acme');
const KEY = orgKeyStream('acme', 'openai');
const HEADS = 'auditHeads-acme';
/** Positions: six events, a head of them, three events, a head of all, one event more. */
const FIRST_HEAD = 7;
const LAST_HEAD = 11;

/** Somebody who can write the database, with the tools that everybody has. */
type Tampering = (db: Database.Database) => void;

const INSERT =
  'INSERT INTO events (position, stream, revision, type, id, recorded_at, metadata, data) SELECT ?, stream, ?, type, ?, recorded_at, metadata, data FROM events WHERE position = ?';
const TAMPERINGS: readonly [what: string, Tampering][] = [
  [
    'a flipped bit in an event',
    (db) => db.exec(`UPDATE events SET data = replace(data, 'alice', 'alicf') WHERE position = 3`),
  ],
  [
    'another time of recording',
    (db) => db.exec('UPDATE events SET recorded_at = recorded_at + 1 WHERE position = 3'),
  ],
  ['a deleted event', (db) => db.exec('DELETE FROM events WHERE position = 3')],
  [
    'an inserted event, in the place of one that was moved up with all that follow',
    (db) => {
      db.exec('UPDATE events SET position = position + 1000 WHERE position >= 3');
      db.prepare(INSERT).run([3, 77, 'id-of-an-event-put-in', 1]);
      db.exec('UPDATE events SET position = position - 999 WHERE position >= 1000');
    },
  ],
  [
    'two events in another order',
    (db) =>
      db.exec(`UPDATE events SET position = -3 WHERE position = 3; UPDATE events SET position = 3 WHERE position = 5;
        UPDATE events SET position = 5 WHERE position = -3`),
  ],
];

describe('A store file that was altered behind Keyward’s back', () => {
  let folder: string;
  let audit: AuditFixture;
  let saved: SignedHead[];
  const file = () => join(folder, 'keyward.db');

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'keyward-tampered-'));
    audit = new AuditFixture(await SqliteEventStore.open({ file: file() }));
    const copy = audit.copy({ name: 'kept' });
    await audit.append(ORGANIZATION, KEY, ORGANIZATION, KEY, ORGANIZATION, KEY);
    saved = [await copy.chains.current('acme')];
    await audit.append(KEY, KEY, KEY);
    saved.push(await copy.chains.current('acme'));
    await audit.append(ORGANIZATION);
    // The last event has been read too.
    await copy.ledger.log('acme', 0);
    await copy.stop();
  });

  afterEach(async () => {
    await audit.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function tamper(tampering: Tampering): Promise<void> {
    await audit.events.close();
    const db = new Database(file());
    tampering(db);
    db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    db.close();
    audit.events = await SqliteEventStore.open({ file: file() });
  }

  /** With the ledger of before, or, as on a host that was set up anew, with none. */
  const started = (ledger: 'kept' | 'new'): AuditCopy => audit.copy({ name: ledger });

  async function check(copy: AuditCopy): Promise<void> {
    const through = await audit.events.head();
    await copy.ledger.ask((ledger) => checkLog(audit.events, ledger, through, AbortSignal.timeout(60_000)));
  }

  const refusesToSign = (copy: AuditCopy) =>
    expect(copy.chains.current('acme')).rejects.toMatchObject({ code: 'AUDIT_LOG_ALTERED' });
  const refusesToExport = (copy: AuditCopy) =>
    expect(audit.exported(copy, 'acme')).rejects.toMatchObject({
      code: expect.stringMatching(/^(AUDIT_LOG_ALTERED|LOG_ALTERED)$/),
    });

  it('is as it was where nothing was done', async () => {
    await tamper(() => undefined);
    for (const ledger of ['kept', 'new'] as const) {
      const copy = started(ledger);
      await check(copy);
      expect(await audit.verified(await audit.exported(copy, 'acme'), saved)).toMatchObject({ ok: true });
    }
  });

  describe.each(TAMPERINGS)('by %s', (_what, tampering) => {
    beforeEach(() => tamper(tampering));

    it('is found by the check, after which nothing is signed', async () => {
      const copy = started('kept');
      await check(copy);
      await refusesToSign(copy);
    });

    it('is not exported, also before the check', async () => {
      await refusesToExport(started('kept'));
    });

    it('does not fit the stored heads when the ledger is gone too', async () => {
      const copy = started('new');
      await refusesToSign(copy);
      await refusesToExport(copy);
    });
  });

  const cut: Tampering = (db) =>
    db.exec(
      `DELETE FROM events WHERE position > ${FIRST_HEAD}; UPDATE sqlite_sequence SET seq = ${FIRST_HEAD}`,
    );

  it('by a cut tail, with its head, does not end where it was read up to', async () => {
    await tamper(cut);
    const copy = started('kept');
    await refusesToSign(copy);
    await refusesToExport(copy);
  });

  it('by a cut tail and a ledger that is gone is shown by saved heads alone', async () => {
    await tamper(cut);
    const text = await audit.exported(started('new'), 'acme');
    expect(await audit.verified(text)).toMatchObject({ ok: true, size: 6 });
    expect(await audit.verified(text, saved)).toMatchObject({
      ok: false,
      faults: [{ file: 'heads', code: 'cut_tail' }],
    });
  });

  it('by a cut tail and other events in its place is a fork to the ledger and to saved heads', async () => {
    await tamper(cut);
    await audit.append(...Array<string>(5).fill(KEY));
    await refusesToSign(started('kept'));
    const other = started('new');
    await other.chains.current('acme');
    const { ok, faults } = await audit.verified(await audit.exported(other, 'acme'), saved);
    expect(ok).toBe(false);
    expect(faults.map(({ code }) => code)).toContain('fork');
  });

  it('by a head that was taken away does not have the chain that was read', async () => {
    await tamper((db) => db.exec(`DELETE FROM events WHERE position = ${LAST_HEAD}`));
    const copy = started('kept');
    await check(copy);
    await refusesToSign(copy);
  });

  it('by somebody who has the signing key too is shown by saved heads alone', async () => {
    await tamper((db) => {
      db.exec(`UPDATE events SET data = replace(data, 'alice', 'mallory') WHERE position = 3`);
      db.exec(`DELETE FROM events WHERE stream = '${HEADS}'`);
    });
    const mallory = started('new');
    await mallory.chains.current('acme');
    const text = await audit.exported(mallory, 'acme');
    expect(await audit.verified(text)).toMatchObject({ ok: true });
    const { ok, faults } = await audit.verified(text, saved);
    expect(ok).toBe(false);
    expect(faults.map(({ file, code }) => [file, code])).toContainEqual(['heads', 'fork']);
    // Whoever keeps the ledger needs no saved head.
    const kept = started('kept');
    await check(kept);
    await refusesToSign(kept);
  });

  it('at its end, after the last head, by an event put there, is as if it had happened', async () => {
    await tamper((db) => db.prepare(INSERT).run([100, 77, 'id-of-an-event-put-in', 1]));
    const copy = started('kept');
    await check(copy);
    expect((await copy.chains.current('acme')).head.size).toBe(11);
  });
});
