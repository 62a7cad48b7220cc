import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MemoryEventStore, type RecordedEvent } from '@keyward/event-store';
import Database from 'libsql';
import { append, by } from '../testing/index.js';
import { HistoryFile } from './history-file.js';

const STORE = 'store-1';

describe('The history in a file', () => {
  let folder: string;
  let file: string;
  let log: RecordedEvent[];
  const opened: HistoryFile[] = [];

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'keyward-history-'));
    file = join(folder, 'made', 'history.db');
    const events = new MemoryEventStore();
    const sets = Array.from({ length: 300 }, (_, n) =>
      by('bob', n).sets('acme', { keyId: `key-${n}`, version: n + 1 }),
    );
    await append(events, by('alice').registers('acme'), by('alice').registers('globex'), ...sets);
    await append(events, by('root').rollsOut({ include: ['acme', 'secret-customer'] }));
    await append(events, by('bob').disables('acme', { keyId: 'key-299', version: 300 }));
    log = [];
    for await (const event of events.readAll()) log.push(event);
  });
  afterEach(() => {
    for (const each of opened.splice(0)) each.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const open = (more: { storeId?: string; maxPages?: number } = {}): HistoryFile => {
    const history = HistoryFile.open({ file, storeId: STORE, ...more });
    opened.push(history);
    return history;
  };
  const close = (history: HistoryFile): void => {
    opened.splice(opened.indexOf(history), 1);
    history.close();
  };
  const fill = (history: HistoryFile): void => history.apply(log, log.at(-1)!.position);
  const filled = (): void => {
    const history = open();
    fill(history);
    close(history);
  };
  const idsIn = (history: HistoryFile): string[] =>
    history.read({ organizationId: 'acme', limit: 500 }).entries.map(({ event }) => event.id);
  const wanted = () => log.filter(({ stream }) => stream !== 'organization-globex').map(({ id }) => id);

  it('is there again when it is opened again, and says where it ended', () => {
    filled();
    const again = open();
    expect(idsIn(again)).toEqual(wanted());
    expect(again.last()).toEqual({ event: log.at(-1), checkpoint: log.at(-1)!.position });
  });

  it('says of a key in later entries what only the event that set it says', () => {
    const history = open();
    fill(history);
    const [entry] = history.read({ organizationId: 'acme', kind: 'disabled', limit: 1 }).entries;
    expect(entry).toMatchObject({ key: { lastFour: 'abcd', credentialKind: 'api_key', setBy: 'bob' } });
  });

  it('is readable for its user alone, and holds no list of organizations', () => {
    filled();
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(join(folder, 'made')).mode & 0o777).toBe(0o700);
    const history = open();
    const [turn] = history.read({ organizationId: 'acme', kind: 'rollout_changed', limit: 1 }).entries;
    expect(turn).toMatchObject({ inRollout: true });
    expect(JSON.stringify(turn!.event.data)).not.toContain('secret-customer');
  });

  it('can be brought up to date by two processes at once', () => {
    const [one, other] = [open(), open()];
    one.apply(log.slice(0, 200), log[199]!.position);
    other.apply(log.slice(0, 250), log[249]!.position);
    one.apply(log.slice(200), log.at(-1)!.position);
    other.apply(log.slice(250), log.at(-1)!.position);
    expect(idsIn(one)).toEqual(wanted());
    expect(idsIn(other)).toEqual(wanted());
  });

  it('of another log is emptied', () => {
    filled();
    expect(open({ storeId: 'store-2' }).last()).toBeNull();
  });

  it('of another format is emptied', () => {
    filled();
    const db = new Database(file);
    db.exec("UPDATE meta SET value = 'another' WHERE name = 'format'");
    db.close();
    expect(open().last()).toBeNull();
  });

  it('is never made of the file of another program, such as an event log under that name', () => {
    mkdirSync(join(folder, 'made'));
    const db = new Database(file);
    db.exec('CREATE TABLE meta (name TEXT); CREATE TABLE events (data TEXT)');
    db.close();
    const before = readFileSync(file);
    expect(() => open()).toThrow(
      expect.objectContaining({
        code: 'UNAVAILABLE',
        message: expect.stringContaining('belongs to another program'),
      }),
    );
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  it('says what is wrong where a file cannot be', () => {
    mkdirSync(file, { recursive: true });
    expect(() => open()).toThrow(expect.objectContaining({ code: 'UNAVAILABLE' }));
  });

  it('says that the disk is full, keeps what it has, and goes on when there is room', () => {
    const history = open({ maxPages: 40 });
    history.apply(log.slice(0, 10), log[9]!.position);
    expect(() => fill(history)).toThrow(
      expect.objectContaining({ code: 'UNAVAILABLE', message: expect.stringContaining('SQLITE_FULL') }),
    );
    expect(idsIn(history)).toHaveLength(9);
    close(history);
    const again = open();
    fill(again);
    expect(idsIn(again)).toEqual(wanted());
  });
});
