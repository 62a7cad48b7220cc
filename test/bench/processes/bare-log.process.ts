import {
  EventStoreDBClient,
  type AllStreamResolvedEvent,
  type AllStreamSubscription,
  type StreamingRead,
} from '@eventstore/db-client';
import { serveParent } from '../harness/child.js';

/** A subscription, one read of everything, or reads of a page each, one after the other. */
export type ReadKind = 'subscription' | 'read' | 'pages';

export interface BareRead {
  readonly seconds: number;
  /** Processor time that this process used. */
  readonly ownSeconds: number;
}

type Events = StreamingRead<AllStreamResolvedEvent> | AllStreamSubscription;
type Position = NonNullable<NonNullable<AllStreamResolvedEvent['event']>['position']>;

/** The same as the event log's adapter has. */
const READ_AHEAD = { highWaterMark: 256 };
const PAGE = 4_096;

let client: EventStoreDBClient;
let events = 0;

/** The client of the EventStoreDB, and nothing done with the events. */
serveParent({
  /** @returns how many events there are */
  async open(url: string): Promise<number> {
    client = EventStoreDBClient.connectionString(url);
    const { seen } = await take(client.readAll({}, READ_AHEAD), Infinity);
    return (events = seen);
  },
  async run(kind: ReadKind): Promise<BareRead> {
    const startAt = performance.now();
    const cpuBefore = process.cpuUsage();
    await READS[kind]();
    const { user, system } = process.cpuUsage(cpuBefore);
    return { seconds: (performance.now() - startAt) / 1_000, ownSeconds: (user + system) / 1_000_000 };
  },
});

const READS: Readonly<Record<ReadKind, () => Promise<void>>> = {
  async subscription() {
    const subscription = client.subscribeToAll({}, READ_AHEAD);
    await take(subscription, events);
    await subscription.unsubscribe();
  },
  async read() {
    await take(client.readAll({}, READ_AHEAD), events);
  },
  async pages() {
    let fromPosition: Position | 'start' = 'start';
    for (let left = events; left > 0;) {
      const { seen, last } = await take(client.readAll({ fromPosition, maxCount: PAGE }, READ_AHEAD), PAGE);
      // The first of a page is the last of the one before.
      left -= fromPosition === 'start' ? seen : seen - 1;
      fromPosition = last!;
    }
  },
};

/** Resolves after so many events, or at the end. */
function take(stream: Events, count: number): Promise<{ seen: number; last: Position | undefined }> {
  let seen = 0;
  let last: Position | undefined;
  return new Promise((resolve, reject) => {
    stream.on('data', ({ event }: AllStreamResolvedEvent) => {
      seen += 1;
      last = event?.position;
      if (seen === count) resolve({ seen, last });
    });
    stream.on('end', () => resolve({ seen, last }));
    stream.on('error', reject);
  });
}
