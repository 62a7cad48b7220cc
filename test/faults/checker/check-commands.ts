import { isDeepStrictEqual } from 'node:util';
import { slotStream, type ChangeKind, type SlotAddress } from '@keyward/domain';
import { kindOf, slotOf, type LogView, type LoggedChange, type Place, type Violation } from './log-view.js';

/** What a write was answered, as far as the log can be held against it. */
export interface WriteAnswer {
  readonly keyId: string;
  readonly version: number;
  readonly changed: boolean;
  readonly place: Place;
}

export type Outcome =
  | { readonly kind: 'ok'; readonly answer: WriteAnswer }
  | { readonly kind: 'refused'; readonly code: string }
  /** The connection was refused: no byte of it arrived. */
  | { readonly kind: 'not_sent' }
  /** Sent, and never learnt. */
  | { readonly kind: 'unknown' };

/** One wish of a client, with every time that it was sent: always the same request under the same Idempotency-Key. */
export interface Command {
  /** Stands in the request's reason, so that the log's event names the command. */
  readonly id: string;
  readonly slot: SlotAddress;
  readonly kind: ChangeKind;
  /** Whether it is wrong in itself, so that no state of the slot could let it pass. */
  readonly isWrong: boolean;
  /** In the order of the sending. */
  readonly outcomes: readonly Outcome[];
}

/**
 * Acknowledged: in the log once, as it was answered. Refused or never sent: not at all. Unknown: once
 * or not at all. Every repeat is answered the first answer. Nobody else's events.
 */
export function checkCommands(log: LogView, commands: Iterable<Command>): Violation[] {
  const events = eventsByCommand(log);
  const violations: Violation[] = [];
  for (const command of commands) {
    violations.push(...checkCommand(log, command, events.get(command.id) ?? []));
    events.delete(command.id);
  }
  for (const [id, [first]] of events)
    violations.push({ rule: 'event_of_nobody', what: `${id}: ${shown(first!)}` });
  return violations;
}

function checkCommand(log: LogView, command: Command, events: readonly LoggedChange[]): Violation[] {
  const rules = brokenRules(log, command, events);
  return rules.map((rule) => ({ rule, what: described(command, events) }));
}

function brokenRules(log: LogView, command: Command, events: readonly LoggedChange[]): string[] {
  const answers = command.outcomes.flatMap((outcome) => (outcome.kind === 'ok' ? [outcome.answer] : []));
  const [answer] = answers;
  if (events.length > 1) return ['doubled'];
  if (events.some(({ event }) => !isOf(command, event))) return ['wrong_event'];
  if (!answer) return events.length > 0 && !mayBeThere(command) ? ['refused_present'] : [];
  if (command.isWrong) return ['wrong_accepted'];
  if (!isAlwaysAnswered(command, answers)) return ['another_answer'];
  return checkAnswer(log, { command, answer, event: events[0] });
}

/** Of a command that was never acknowledged. */
function mayBeThere({ isWrong, outcomes }: Command): boolean {
  return !isWrong && includes(outcomes, 'unknown') && !includes(outcomes, 'refused');
}

function isAlwaysAnswered({ outcomes }: Command, answers: readonly WriteAnswer[]): boolean {
  return !includes(outcomes, 'refused') && answers.every((answer) => isDeepStrictEqual(answer, answers[0]));
}

function includes(outcomes: readonly Outcome[], wanted: Outcome['kind']): boolean {
  return outcomes.some(({ kind }) => kind === wanted);
}

function isOf({ slot, kind }: Command, event: LoggedChange['event']): boolean {
  return kindOf(event) === kind && slotStream(slotOf(event)) === slotStream(slot);
}

/** Names of the rules that the acknowledgement breaks. */
function checkAnswer(
  log: LogView,
  { command, answer, event }: { command: Command; answer: WriteAnswer; event: LoggedChange | undefined },
): string[] {
  if (answer.changed !== (event !== undefined)) return [answer.changed ? 'lost' : 'unchanged_present'];
  const inForce = event ? event.event.data : log.slotAt(command.slot, answer.place).key;
  const place = event ? event.place : answer.place;
  const expected = { keyId: inForce?.keyId, version: inForce?.version, changed: answer.changed, place };
  return isDeepStrictEqual(answer, expected) ? [] : ['wrong_answer'];
}

function eventsByCommand(log: LogView): Map<string, LoggedChange[]> {
  const events = new Map<string, LoggedChange[]>();
  for (const change of log.changes) {
    const id = change.event.data.reason ?? '(no reason)';
    events.set(id, [...(events.get(id) ?? []), change]);
  }
  return events;
}

function described({ id, kind, slot, outcomes }: Command, events: readonly LoggedChange[]): string {
  const inLog = events.map(shown).join(', ') || 'nothing';
  return `${id}, ${kind} in ${slotStream(slot)}: ${JSON.stringify(outcomes)}; in the log: ${inLog}`;
}

function shown({ place, event }: LoggedChange): string {
  return `${event.type} ${event.data.version} ${event.data.keyId} at ${place}`;
}
