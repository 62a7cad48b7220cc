import { isDeepStrictEqual } from 'node:util';
import type { TopicMessage } from '@keyward/change-log/testing';
import { slotStream } from '@keyward/domain';
import { holdsKeyBytes } from './key-bytes.js';
import { kindOf, slotOf, type LogView, type LoggedChange, type Violation } from './log-view.js';

/**
 * The topic as a whole, read once everything was relayed: each message is a change of the log and says of it what is
 * documented, no more; whoever drops what is not newer than the slot's last one is left with all changes of
 * the log, in its order. A repeat is no violation: delivery is at least once.
 * @param messages of each partition in the order of their offsets
 */
export function checkTopic(log: LogView, messages: readonly TopicMessage[], storeId: string): Violation[] {
  const check = new TopicCheck(log, storeId);
  for (const message of messages) check.take(message);
  return check.end();
}

class TopicCheck {
  private readonly violations: Violation[] = [];
  private readonly byPosition: ReadonlyMap<unknown, LoggedChange>;
  /** By slot, what was not seen yet, oldest first. */
  private readonly due = new Map<string, LoggedChange[]>();
  private readonly partitionOf = new Map<string, number>();

  constructor(
    log: LogView,
    private readonly storeId: string,
  ) {
    this.byPosition = new Map(log.changes.map((change) => [change.position, change]));
    for (const change of log.changes) {
      const slot = slotStream(slotOf(change.event));
      this.due.set(slot, [...(this.due.get(slot) ?? []), change]);
    }
  }

  take(message: TopicMessage): void {
    const where = `partition ${message.partition}, offset ${message.offset}`;
    if (holdsKeyBytes(JSON.stringify(message))) return this.broken('key_bytes', where);
    const { change, said } = this.read(message);
    if (!change) return this.broken('never_happened', `${where}: ${message.value}`);
    const expected = whatIsSaid(this.storeId, change);
    if (!isDeepStrictEqual(said, expected))
      return this.broken('wrong_message', `${where}: ${JSON.stringify(said)}`);
    this.place(message, where);
    this.inOrder(change, where);
  }

  end(): Violation[] {
    for (const { place, event } of [...this.due.values()].flat())
      this.broken('not_published', `${event.type} of ${slotStream(slotOf(event))} at ${place}`);
    return this.violations;
  }

  private read({ key, value, headers }: TopicMessage): { change?: LoggedChange; said?: object } {
    try {
      const event = JSON.parse(value) as { data?: { position?: unknown } };
      const change = this.byPosition.get(event.data?.position);
      return change ? { change, said: { key, headers, event } } : {};
    } catch {
      return {};
    }
  }

  private place({ key, partition }: TopicMessage, where: string): void {
    const first = this.partitionOf.get(key) ?? partition;
    if (first !== partition) this.broken('two_partitions', `${where}: ${key} is in ${first} too`);
    this.partitionOf.set(key, first);
  }

  /** What is not due any more is a repeat; what comes before its time leaves whoever reads without the ones between. */
  private inOrder(change: LoggedChange, where: string): void {
    const due = this.due.get(slotStream(slotOf(change.event)))!;
    const index = due.indexOf(change);
    for (const { place } of due.splice(0, index + 1).slice(0, -1))
      this.broken('published_late', `${where}: ${change.place} comes before ${place}`);
  }

  private broken(rule: string, what: string): void {
    this.violations.push({ rule, what });
  }
}

/** What docs/asyncapi.yaml says that the message of a change is. */
function whatIsSaid(storeId: string, { id, position, event }: LoggedChange): object {
  const { organizationId, projectId, integrationId } = slotOf(event);
  const { version, keyId, fingerprint, actor, occurredAt } = event.data;
  return {
    key: `${organizationId}/${integrationId}`,
    headers: {
      'content-type': 'application/cloudevents+json',
      'keyward-event-id': id,
      'keyward-position': position,
    },
    event: {
      specversion: '1.0',
      type: 'keyward.key-change.v1',
      source: `/keyward/${storeId}`,
      id,
      time: occurredAt,
      datacontenttype: 'application/json',
      data: {
        organizationId,
        projectId,
        integrationId,
        kind: kindOf(event),
        version,
        keyId,
        fingerprint,
        actor,
        position,
        occurredAt,
      },
    },
  };
}
