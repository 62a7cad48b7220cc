import { SCHEMA_VERSION, keyReadsStream, type KeysHandedOut } from '@keyward/domain';
import type { EventToAppend } from '@keyward/event-store';
import { HandOutCounts, minuteOf, type HandOutFacts } from './hand-out-counts.js';

/** An event as it waits for the event log: its id stays the same however often it is tried. */
export interface KeyReadEvent {
  readonly stream: string;
  readonly event: EventToAppend;
}

/**
 * So that an event stays below the log's limit of 1 MiB whatever the names: of 2 kB a hand-out at most, with subjects of
 * 256 characters and ten minutes.
 */
const HAND_OUTS_PER_EVENT = 400;

/** What was counted, as one event per organization, or several where it is much. */
export function keyReadEvents(
  counts: HandOutCounts,
  now: Date,
  ids: { uuid(): string },
  recovered = false,
): KeyReadEvent[] {
  const events: KeyReadEvent[] = [];
  for (const [organizationId, handOuts] of counts.handOuts()) {
    for (let at = 0; at < handOuts.length; at += HAND_OUTS_PER_EVENT) {
      const data: KeysHandedOut['data'] = {
        organizationId,
        handOuts: handOuts.slice(at, at + HAND_OUTS_PER_EVENT),
        recovered,
        actor: 'keyward',
        actorKind: 'keyward',
        occurredAt: now.toISOString(),
        reason: null,
        idempotencyKey: null,
        requestDigest: null,
      };
      events.push({
        stream: keyReadsStream(organizationId),
        event: {
          id: ids.uuid(),
          type: 'KeysHandedOut',
          data,
          metadata: { schemaVersion: SCHEMA_VERSION },
        },
      });
    }
  }
  return events;
}

/** The first hand-out of a minute as the journal notes it. */
export function noteOf(facts: HandOutFacts, at: number): string {
  return `${JSON.stringify({ ...facts, at })}\n`;
}

/**
 * What notes say was handed out, once for each minute that they name. Text after the last line feed was never
 * confirmed to anybody, and is left out.
 */
export function countsOf(notes: readonly string[]): HandOutCounts {
  const counts = new HandOutCounts();
  for (const text of notes) {
    for (const line of text.slice(0, text.lastIndexOf('\n') + 1).split('\n')) {
      if (line === '') continue;
      const { at, ...facts } = JSON.parse(line) as HandOutFacts & { readonly at: number };
      const cell = counts.of(facts);
      const minute = minuteOf(at);
      if (cell.noted === minute) continue;
      cell.noted = minute;
      cell.add(at, minute);
    }
  }
  return counts;
}
