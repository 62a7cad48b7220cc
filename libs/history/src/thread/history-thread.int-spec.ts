import {
  closeSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MemoryEventStore, type RecordedEvent } from '@keyward/event-store';
import type { HistoryIndex } from '../history-index.port.js';
import { append, by, openInProcess } from '../testing/index.js';
import { openHistoryThread } from './history-thread.js';

const STORE = 'store-1';

describe('The thread of the history', () => {
  let folder: string;
  let file: string;
  let log: RecordedEvent[];
  const opened: HistoryIndex[] = [];

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'keyward-history-'));
    file = join(folder, 'history.db');
    const events = new MemoryEventStore();
    const sets = Array.from({ length: 300 }, (_, n) => by('bob', n).sets('acme', { keyId: `key-${n}` }));
    await append(events, by('alice').registers('acme'), ...sets);
    log = [];
    for await (const event of events.readAll()) log.push(event);
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((each) => each.close()));
    rmSync(folder, { recursive: true, force: true });
  });

  const open = async (discard = false): Promise<HistoryIndex> => {
    const index = await openHistoryThread({ file, storeId: STORE, discard });
    opened.push(index);
    return index;
  };
  const fill = (index: HistoryIndex) => index.apply(log, log.at(-1)!.position);
  const filled = async (): Promise<void> => {
    const index = await openHistoryThread({ file, storeId: STORE });
    await fill(index);
    await index.close();
  };
  const idsIn = async (index: HistoryIndex): Promise<string[]> =>
    (await index.read({ organizationId: 'acme', limit: 500 })).entries.map(({ event }) => event.id);

  it('answers as the file itself does', async () => {
    const [threaded, plain] = [
      await open(),
      await openInProcess({ file: join(folder, 'b.db'), storeId: STORE }),
    ];
    opened.push(plain);
    await Promise.all([fill(threaded), fill(plain)]);
    const query = { organizationId: 'acme', limit: 20, from: new Date(0), order: 'newest_first' as const };
    expect(await threaded.read(query)).toEqual(await plain.read(query));
    expect(await threaded.last()).toEqual(await plain.last());
    for (const slots of ['all', 'none', { integrationId: 'openai' }] as const) {
      const wanted = { organizationId: 'acme', slots, at: log[9]!.position };
      expect(await threaded.lastOfEach(wanted)).toEqual(await plain.lastOfEach(wanted));
    }
    await threaded.reset();
    expect(await threaded.last()).toBeNull();
  });

  it('does not start on a folder where no file can be', async () => {
    const elsewhere = { file: join(file, 'below', 'history.db'), storeId: STORE };
    writeFileSync(file, '');
    await expect(openHistoryThread(elsewhere)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  it('answers nothing any more once it is closed', async () => {
    const index = await open();
    await index.close();
    await expect(index.last()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await index.close();
  });

  it.each<[string, (bytes: Buffer) => void]>([
    [
      'has another beginning',
      (bytes) => writeFileSync(file, Buffer.concat([Buffer.from('nonsense'), bytes.subarray(8)])),
    ],
    ['ends early', (bytes) => truncateSync(file, bytes.length / 2)],
    ['ends in the middle of a page', (bytes) => truncateSync(file, bytes.length - 1_000)],
    [
      'has nothing but zeros after its header',
      (bytes) =>
        writeFileSync(file, Buffer.concat([bytes.subarray(0, 100), Buffer.alloc(bytes.length - 100)])),
    ],
    [
      'has other bytes in the middle',
      (bytes) =>
        writeFileSync(
          file,
          Buffer.concat([
            bytes.subarray(0, bytes.length / 2),
            Buffer.alloc(8_192, 0x55),
            bytes.subarray(bytes.length / 2 + 8_192),
          ]),
        ),
    ],
  ])('does not open a file that %s, and makes it anew', async (_what, damage) => {
    await filled();
    damage(readFileSync(file));
    await expect(open()).rejects.toMatchObject({ code: 'LOST' });
    const index = await open(true);
    expect(await index.last()).toBeNull();
    await fill(index);
    expect(await idsIn(index)).toEqual(log.map(({ id }) => id));
  });

  it('makes a file that is empty anew, and knows it again', async () => {
    writeFileSync(file, '');
    await fill(await open());
    await opened.pop()!.close();
    expect(await idsIn(await open())).toHaveLength(log.length);
  });

  it('answers no question from a file that breaks while it is open', async () => {
    // Larger than what SQLite keeps in memory.
    log = log.map((event) => ({ ...event, data: { ...event.data, reason: 'because '.repeat(2_000) } }));
    await filled();
    const index = await open();
    const length = readFileSync(file).length - 4_096;
    const descriptor = openSync(file, 'r+');
    writeSync(descriptor, Buffer.alloc(length, 0x55), 0, length, 4_096);
    closeSync(descriptor);
    await expect(idsIn(index)).rejects.toMatchObject({ code: 'LOST' });
  });
});
