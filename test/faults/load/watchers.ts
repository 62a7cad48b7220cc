import { status } from '@grpc/grpc-js';
import { createKeywardClient, type KeywardClient, type WatchEvent } from '@keyward/client';
import type { KeyChangesClient, WatchResponse__Output } from '@keyward/contracts';
import { WatchStream, keyChangesOf } from '../../support/watch-stream.js';
import type { SeenChange, SeenMessage, SeenWatch, WatchFilter } from '../checker/check-watch.js';
import type { History } from './history.js';

interface RecordedWatch extends SeenWatch {
  readonly messages: SeenMessage[];
}

/**
 * Time that runs five times as fast. The SDK takes a stream of some seconds for healthy and waits
 * longer after one that was not; the lives of the server are shorter here than that.
 */
const FAST = 5;
const fastClock = {
  monotonicMs: () => performance.now() * FAST,
  after: (ms: number, callback: () => void) => {
    const timer = setTimeout(callback, ms / FAST);
    return () => clearTimeout(timer);
  },
};

/** One watch of the SDK over all lives of the server. */
export class SdkWatcher {
  readonly watch: RecordedWatch;
  readonly ended: Promise<void>;
  readonly refusals: string[] = [];
  private readonly client: KeywardClient;

  constructor(history: History, filter: WatchFilter, connection: { target: string; token: string }) {
    const { organizationId, projectIds, integrationIds } = filter;
    this.client = createKeywardClient({ ...connection, organizationId, tls: 'insecure', clock: fastClock });
    this.watch = { name: `SDK ${JSON.stringify(filter)}`, filter, resumes: true, after: null, messages: [] };
    const events = this.client.watch({
      ...(projectIds && { projectIds }),
      ...(integrationIds && { integrationIds }),
    });
    this.ended = this.follow(history, events);
  }

  /** Where it has got to. */
  get through(): number {
    return this.watch.messages.at(-1)?.through ?? 0;
  }

  close(): void {
    this.client.close();
  }

  private async follow(history: History, events: AsyncIterable<WatchEvent>): Promise<void> {
    try {
      for await (const event of events) this.watch.messages.push(fromSdk(history, event));
    } catch (error) {
      this.refusals.push(`${this.watch.name}: ${(error as Error).message}`);
    }
  }
}

/**
 * How a stream ends when its server dies, its client leaves, or it is further behind than the window is long: after an
 * outage of Kafka the backlog comes in one burst, which may be longer than the short window of these runs.
 */
const BROKEN: ReadonlySet<number> = new Set([
  status.UNAVAILABLE,
  status.CANCELLED,
  status.RESOURCE_EXHAUSTED,
]);

/** gRPC streams, each opened after the last one's place until the signal; each is a watch of its own. */
export class StreamWatcher {
  readonly watches: RecordedWatch[] = [];
  readonly refusals: string[] = [];
  private readonly client: KeyChangesClient;

  constructor(
    private readonly history: History,
    private readonly filter: WatchFilter,
    private readonly connection: { readonly target: string; readonly token: string },
  ) {
    this.client = keyChangesOf(connection.target);
  }

  /** @param from - a position, or empty: from now on */
  async run(from: string, signal: AbortSignal): Promise<void> {
    let after = from;
    while (!signal.aborted) {
      after = await this.stream(after, signal);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    this.client.close();
  }

  /** Resolves at the stream's end with the place to go on after. */
  private async stream(after: string, signal: AbortSignal): Promise<string> {
    const { organizationId, projectIds, integrationIds } = this.filter;
    const request = {
      organizationId,
      projectIds: [...(projectIds ?? [])],
      integrationIds: [...(integrationIds ?? [])],
      afterPosition: after,
    };
    const stream = new WatchStream(this.client, request, this.connection.token);
    const stop = (): void => stream.cancel();
    signal.addEventListener('abort', stop);
    const { code, details } = await stream.ended;
    signal.removeEventListener('abort', stop);
    const name = `stream ${JSON.stringify(this.filter)} after "${after}"`;
    if (!BROKEN.has(code)) this.refusals.push(`${name}: ${status[code]}: ${details}`);
    this.watches.push({
      name,
      filter: this.filter,
      resumes: false,
      after: after === '' ? null : this.history.placeOf(after),
      messages: stream.messages.map((message) => fromWire(this.history, message)),
    });
    return stream.messages.at(-1)?.changesThrough ?? after;
  }
}

function fromSdk(history: History, event: WatchEvent): SeenMessage {
  const through = history.placeOf(event.changesThrough);
  if (event.kind !== 'change') return { through, event: event.kind };
  const { organizationId, projectId = null, integrationId, change: kind, position, ...rest } = event;
  const { version, keyId, affectedProjectIds } = rest;
  const slot = { organizationId, projectId, integrationId };
  return {
    through,
    event: { slot, kind, version, keyId, affectedProjectIds, place: history.placeOf(position) },
  };
}

function fromWire(history: History, message: WatchResponse__Output): SeenMessage {
  const through = history.placeOf(message.changesThrough);
  const { change } = message;
  if (!change) return { through, event: message.event === 'reset' ? 'reset' : 'heartbeat' };
  const { organizationId, integrationId, version, keyId, affectedProjectIds } = change;
  const slot = {
    organizationId,
    projectId: change.projectId === '' ? null : change.projectId,
    integrationId,
  };
  const kind = change.kind.slice('KIND_'.length).toLowerCase();
  const event: SeenChange = {
    slot,
    kind,
    version,
    keyId,
    affectedProjectIds,
    place: history.placeOf(change.position),
  };
  return { through, event };
}
