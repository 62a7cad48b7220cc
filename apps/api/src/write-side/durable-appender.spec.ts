import { EventStoreError, MemoryEventStore } from '@keyward/event-store';
import { Metrics, NO_TRACING, type Clock } from '@keyward/runtime';
import { DurableAppender } from './durable-appender.js';

const A_WRITE = [
  {
    stream: 'orgKey-acme~openai',
    expectedRevision: 'no_stream',
    events: [{ id: '3f0c7f34-5f0b-4b7a-9a51-0c8f6d2f9e11', type: 'OrgKeySet', data: {}, metadata: {} }],
  },
] as const;

describe('An append whose outcome stays unknown', () => {
  it('is given up once the caller has waited long enough, however slow each attempt was', async () => {
    const store = new MemoryEventStore();
    let attempts = 0;
    store.appendAll = () => {
      attempts += 1;
      return Promise.reject(new EventStoreError('UNKNOWN_OUTCOME', 'no reply'));
    };
    // Each look at the clock is four seconds after the last: so slow is a frozen log.
    const clock: Clock = { now: () => new Date(0), monotonicMs: () => attempts * 4_000 };
    const appender = new DurableAppender(store, clock, new Metrics(), NO_TRACING);
    await expect(appender.append(A_WRITE)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('same Idempotency-Key') as string,
    });
    expect(attempts).toBe(3);
  });
});
