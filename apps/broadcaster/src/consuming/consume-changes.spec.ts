import type { ChangeLogMessage, ChangeLogReader } from '@keyward/change-log';
import { aKeyChange, positionAt } from '@keyward/change-log/testing';
import type { WatchHub } from '../watching/watch-hub.js';
import { consumeChanges } from './consume-changes.js';

describe('consuming the change log', () => {
  it('tells the watchers that they may have missed something where a message could not be read', async () => {
    const told: string[] = [];
    const hub = {
      window: { watermark: positionAt(0) },
      publish: (change: { keyId: string }) => told.push(change.keyId),
      gap: ({ commit }: { commit: bigint }) => told.push(`gap ${commit}`),
      progress: ({ commit }: { commit: bigint }) => told.push(`progress ${commit}`),
    } as unknown as WatchHub;
    const messages: ChangeLogMessage[] = [
      { kind: 'changes', changes: [aKeyChange(1)] },
      { kind: 'missed', position: positionAt(3) },
      { kind: 'progress', position: positionAt(3), caughtUp: true },
      { kind: 'changes', changes: [aKeyChange(4)] },
    ];
    const reader = {
      inLogOrder: false,
      truncatedBefore: async () => null,
      read: async function* () {
        yield* messages;
      },
    } as unknown as ChangeLogReader;
    const observer = { received: () => undefined, published: () => undefined, progress: () => undefined };
    await consumeChanges(reader, hub, observer, new AbortController().signal);
    expect(told).toEqual(['key-1', 'gap 3', 'progress 3', 'key-4']);
  });
});
