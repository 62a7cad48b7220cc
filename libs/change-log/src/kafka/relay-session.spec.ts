import { START_OF_LOG } from '@keyward/contracts';
import { aKeyChange, positionAt } from '../testing/index.js';
import type { ChangeProducer, Sent } from './change-producer.js';
import type { RelayCheckpoints } from './relay-checkpoints.js';
import { RelaySession } from './relay-session.js';

describe('a relay at work', () => {
  it('is no further than what Kafka has acknowledged', async () => {
    let acknowledge: (sent: Sent[]) => void = () => undefined;
    const producer: Pick<ChangeProducer, 'sendChanges' | 'send' | 'close'> = {
      sendChanges: () => new Promise((resolve) => (acknowledge = resolve)),
      send: async () => [],
      close: async () => undefined,
    };
    const checkpoints: Pick<RelayCheckpoints, 'save'> = { save: async () => 0n };
    const session = new RelaySession(
      {
        producer: producer as ChangeProducer,
        checkpoints: checkpoints as RelayCheckpoints,
        revision: 'no_stream',
        start: null,
        cuts: [],
        end: [0],
      },
      { relay: 'one', storeId: 'store', progressTopic: 'progress', window: 100, leaseMs: 60_000 },
    );
    await session.begin({ after: START_OF_LOG, head: positionAt(1) });
    const appending = session.append([aKeyChange(1)]);
    await new Promise((resolve) => setImmediate(resolve));
    expect(session.position).toEqual(START_OF_LOG);
    acknowledge([{ partition: 0, base: 0, count: 1 }]);
    await appending;
    expect(session.position).toEqual(positionAt(1));
    await session.end();
  });
});
