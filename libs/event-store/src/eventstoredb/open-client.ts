import { EventStoreDBClient } from '@eventstore/db-client';
import { toClientString } from './connection-string.js';

/** What the guard below needs of the client's insides; both are `protected` there. */
interface ClientInsides {
  supports: () => Promise<boolean>;
  readonly getChannel: () => Promise<{ close(): void }>;
}

/**
 * A client that never uses batch append. Its batch append has no deadline of its own, shares one map of pending
 * appends between all clients of the process, so that one failing connection rejects the appends of all others,
 * and throws where nobody can catch it when a reply comes after that. Unary append has none of this. The client
 * asks `supports` for this one decision (and would wait for the answer without a deadline, too).
 *
 * @throws when the connection string names a file that cannot be read.
 */
export function openClient(url: string): EventStoreDBClient {
  const client = EventStoreDBClient.connectionString(toClientString(url));
  (client as unknown as ClientInsides).supports = () => Promise.resolve(false);
  return client;
}

/**
 * Gives the connection back. The client's own `dispose` does not do that, and can wait for ever for a call that was
 * cancelled a moment before. Nobody waits for this either: where a cluster is out of reach, the client would look
 * for it first.
 */
export function closeClient(client: EventStoreDBClient): void {
  void (client as unknown as ClientInsides).getChannel().then(
    (channel) => channel.close(),
    () => {},
  );
}
