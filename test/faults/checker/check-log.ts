import { slotStream, type KeySlotEvent, type SlotState } from '@keyward/domain';
import { kindOf, slotOf, type LogView, type Violation } from './log-view.js';

/**
 * The log by itself: events in order, versions of a slot without a gap, every other event about the
 * version in force, and no event that names a key which was not sealed.
 */
export function checkLog(log: LogView, sealedKeyIds: ReadonlySet<string>): Violation[] {
  const violations: Violation[] = [];
  let last = 0;
  for (const { place, event } of log.changes) {
    const { version, keyId } = event.data;
    const what = `${event.type} ${version} of ${slotStream(slotOf(event))} at ${place}`;
    if (place <= last) violations.push({ rule: 'log_order', what });
    if (!sealedKeyIds.has(keyId)) violations.push({ rule: 'key_not_sealed', what });
    const rule = brokenByVersion(event, log.slotAt(slotOf(event), place - 1));
    if (rule) violations.push({ rule, what });
    last = place;
  }
  return violations;
}

function brokenByVersion(event: KeySlotEvent, { key, lastVersion }: SlotState): string | undefined {
  const { version, keyId } = event.data;
  if (kindOf(event) === 'set') return version === lastVersion + 1 ? undefined : 'version_gap';
  return key?.keyId === keyId ? undefined : 'wrong_version';
}

/** A log read later begins with the log read before: nothing that was once there goes or changes. */
export function checkPrefix(before: LogView, after: LogView): Violation[] {
  const altered = before.changes.find(
    (change, i) => JSON.stringify(change) !== JSON.stringify(after.changes[i]),
  );
  return altered
    ? [{ rule: 'log_rewritten', what: `what was at ${altered.place} is not there any more` }]
    : [];
}
