import { randomBytes } from 'node:crypto';
import { MemoryEventStore } from '@keyward/event-store';
import { KEYRING_STREAM } from '../sealed-streams.js';
import { InProcessKeks } from './in-process-keks.js';
import { openKeyring, recordedKeks } from './open-keyring.js';

const keks = (...ids: string[]): InProcessKeks =>
  new InProcessKeks(
    ids.map((id) => ({ id, bytes: randomBytes(32) })),
    ids[0]!,
    'a test',
  );

describe('Opening the keyring', () => {
  it('records the first key encryption key in the log, once', async () => {
    const events = new MemoryEventStore();
    const mine = keks('kek-1');
    await openKeyring(events, mine);
    await openKeyring(events, mine);
    expect(await recordedKeks(events)).toEqual([
      { kekId: 'kek-1', checkValue: await mine.checkValue('kek-1') },
    ]);
  });

  it('records a new current key beside the old one', async () => {
    const events = new MemoryEventStore();
    const old = { id: 'kek-1', bytes: randomBytes(32) };
    await openKeyring(
      events,
      new InProcessKeks([{ ...old, bytes: Buffer.from(old.bytes) }], 'kek-1', 'a test'),
    );
    const both = [
      { id: 'kek-2', bytes: randomBytes(32) },
      { ...old, bytes: Buffer.from(old.bytes) },
    ];
    await openKeyring(events, new InProcessKeks(both, 'kek-2', 'a test'));
    expect((await recordedKeks(events)).map(({ kekId }) => kekId)).toEqual(['kek-1', 'kek-2']);
  });

  it('refuses when a recorded key is missing, and names it', async () => {
    const events = new MemoryEventStore();
    await openKeyring(events, keks('kek-1'));
    await expect(openKeyring(events, keks('kek-2'))).rejects.toThrow(/"kek-1" is missing/);
  });

  it('refuses another key under a recorded id, and names it', async () => {
    const events = new MemoryEventStore();
    await openKeyring(events, keks('kek-1'));
    await expect(openKeyring(events, keks('kek-1'))).rejects.toThrow(/"kek-1" is not the one/);
  });

  it('lets several processes that start at once agree on one record', async () => {
    const events = new MemoryEventStore();
    const mine = keks('kek-1');
    await Promise.all(Array.from({ length: 5 }, () => openKeyring(events, mine)));
    const recorded = [];
    for await (const event of events.readStream(KEYRING_STREAM)) recorded.push(event.type);
    expect(recorded).toEqual(['KeyEncryptionKeyAdopted']);
  });
});
