import type { TopicMessage } from '@keyward/change-log/testing';
import { slotStream } from '@keyward/domain';
import { slotOf, type LogView, type Place, type Violation } from './log-view.js';

/** A claim of the relay: everything up to the place lies below these offsets, by partition. */
export interface SeenCut {
  readonly place: Place;
  readonly offsets: readonly number[];
}

/** What the relay goes on from after its death. */
export interface SeenCheckpoint {
  /** Changes up to and with this place are not in the topic. */
  readonly after: Place;
  readonly cuts: readonly SeenCut[];
}

/** The relay's checkpoint never lies behind what is in the topic: what it claims is there, where it claims it. */
export function checkCuts(
  log: LogView,
  messages: readonly TopicMessage[],
  { after, cuts }: SeenCheckpoint,
): Violation[] {
  const first = new Map<string, TopicMessage>();
  for (const message of messages) {
    const position = message.headers['keyward-position'] ?? '';
    if (!first.has(position)) first.set(position, message);
  }
  return cuts.flatMap(({ place, offsets }) =>
    log.changes
      .filter((change) => change.place > after && change.place <= place)
      .filter(({ position }) => {
        const message = first.get(position);
        return !message || message.offset >= (offsets[message.partition] ?? 0);
      })
      .map((change) => ({
        rule: 'checkpoint_ahead',
        what: `${slotStream(slotOf(change.event))} at ${change.place} is not where the cut at ${place} says`,
      })),
  );
}
