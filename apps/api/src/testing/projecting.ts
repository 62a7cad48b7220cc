import type { EventStore } from '@keyward/event-store';
import { Projection, type MemoryReadModel } from '@keyward/read-model';

/** Keeps a read model up to date with a log, as the projector does, until the signal aborts. */
export async function project(
  events: EventStore,
  writer: MemoryReadModel,
  signal: AbortSignal,
): Promise<void> {
  await writer.reset(events.storeId);
  const projection = new Projection({ writer, events });
  for await (const message of events.subscribeToAll({ after: 'start', signal })) {
    if (message.kind === 'events') {
      await projection.apply(message.events);
      continue;
    }
    await writer.markReady();
    await writer.heartbeat(message.position);
  }
}
