import type { KeyChange } from '@keyward/change-log';
import { isTraceparent } from '@keyward/contracts';
import {
  CHANGE_KIND_OF,
  ID_PATTERN,
  UnreadableEventError,
  readStoredEvent,
  slotStream,
  type DomainEvent,
  type KeySlotEvent,
} from '@keyward/domain';
import type { RecordedEvent } from '@keyward/event-store';
import { z } from 'zod';

const id = z.string().regex(new RegExp(`^${ID_PATTERN}$`));

/** What of a slot event goes into its change; the rest of the event is not looked at. */
const slotData = z.object({
  organizationId: id,
  projectId: id.optional(),
  integrationId: id,
  version: z.int().positive(),
  keyId: z.string().min(1),
  fingerprint: z.string().min(1),
  actor: z.string().min(1),
  occurredAt: z.iso.datetime(),
});

/**
 * The change that a slot's event is for the outside.
 * @throws UnreadableEventError on an event that is none of a slot, or malformed. To skip it could
 * keep a revoked key in use, so the relay must not go past it.
 */
export function keyChangeOf(event: RecordedEvent): KeyChange {
  const { type } = readStoredEvent(event);
  if (!isSlotEvent(type)) throw unreadable(event, `${type} is no event of a slot`);
  const parsed = slotData.safeParse(event.data);
  if (!parsed.success) throw unreadable(event, fieldsOf(parsed.error));
  const { projectId = null, ...data } = parsed.data;
  const { traceparent } = event.metadata;
  const change: KeyChange = {
    ...data,
    id: event.id,
    projectId,
    kind: CHANGE_KIND_OF[type],
    position: event.position,
    ...(isTraceparent(traceparent) && { traceparent }),
  };
  if (slotStream(change) !== event.stream) throw unreadable(event, 'it names another slot than its stream');
  return change;
}

function isSlotEvent(type: DomainEvent['type']): type is KeySlotEvent['type'] {
  return Object.hasOwn(CHANGE_KIND_OF, type);
}

function fieldsOf(error: z.ZodError): string {
  return `wrong ${[...new Set(error.issues.map((issue) => issue.path.join('.') || 'data'))].join(', ')}`;
}

function unreadable({ stream, revision }: RecordedEvent, problem: string): UnreadableEventError {
  return new UnreadableEventError(`event ${revision} of ${stream} cannot be relayed: ${problem}`);
}
