import { join } from 'node:path';
import { tmpdir } from 'node:os';
import { randomUUID } from 'node:crypto';
import { MemoryEventStore } from '@keyward/event-store';
import { openKeyEncryptionKeys } from './sealing.module.js';

describe('the key encryption key of processes that share an event log', () => {
  it('is made by none of them, and the refusal says where it is looked for and what to do', async () => {
    const kekFile = join(tmpdir(), `keyward-${randomUUID()}.json`);
    await expect(
      openKeyEncryptionKeys(new MemoryEventStore(), { kek: undefined, kekFile, createKekFile: false }),
    ).rejects.toThrow(
      `There is no key encryption key yet, neither in KEYWARD_KEK nor in ${kekFile}: make one, and give it to every process`,
    );
  });
});
