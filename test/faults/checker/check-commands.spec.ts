import { checkCommands, type Command, type Outcome } from './check-commands.js';
import type { LoggedChange } from './log-view.js';
import { ORG, WEBSITE, logOf, orgEvent, rulesOf, websiteEvent } from './checker.fixtures.js';

const acknowledged: Outcome = {
  kind: 'ok',
  answer: { keyId: 'org-1', version: 1, changed: true, place: 5 },
};
const unchanged: Outcome = {
  kind: 'ok',
  answer: { keyId: 'org-1', version: 1, changed: false, place: 5 },
};
const refused: Outcome = { kind: 'refused', code: 'VERSION_CONFLICT' };
const unknown: Outcome = { kind: 'unknown' };
const notSent: Outcome = { kind: 'not_sent' };

const set = (outcomes: Outcome[], more: Partial<Command> = {}): Command => ({
  id: 'set',
  slot: ORG,
  kind: 'set',
  isWrong: false,
  outcomes,
  ...more,
});
const inLog = orgEvent(5, 'OrgKeySet', 1, 'set');

const rules = (command: Command, ...changes: readonly LoggedChange[]): string[] =>
  rulesOf(checkCommands(logOf(...changes), [command]));

describe('checkCommands', () => {
  it.each([
    ['acknowledged, and in the log', [acknowledged], [inLog]],
    ['acknowledged twice, alike', [acknowledged, acknowledged], [inLog]],
    ['unknown, and in the log', [unknown], [inLog]],
    ['unknown, and not in the log', [unknown], []],
    ['unknown, then acknowledged', [unknown, notSent, acknowledged], [inLog]],
    ['unknown, then refused, and not in the log', [unknown, refused], []],
    ['refused, and not in the log', [refused], []],
    ['not sent', [notSent], []],
  ])('is content with a command that is %s', (_, outcomes, changes) => {
    expect(rules(set(outcomes), ...changes)).toEqual([]);
  });

  it('is content with an acknowledgement that nothing had to change', () => {
    const other = orgEvent(5, 'OrgKeySet', 1, 'other');
    const first: Command = set([acknowledged], { id: 'other' });
    expect(checkCommands(logOf(other), [first, set([unchanged, unchanged])])).toEqual([]);
  });

  it.each([
    ['a lost acknowledgement', 'lost', [acknowledged], []],
    ['a lost acknowledgement of a repeat', 'lost', [unknown, acknowledged], []],
    ['a doubled event', 'doubled', [acknowledged], [inLog, orgEvent(6, 'OrgKeySet', 2, 'set')]],
    ['a doubled event of an unknown', 'doubled', [unknown], [inLog, orgEvent(6, 'OrgKeySet', 2, 'set')]],
    ['a refused command in the log', 'refused_present', [refused], [inLog]],
    ['a repeat that is refused though the first was written', 'refused_present', [unknown, refused], [inLog]],
    ['an acknowledged command whose repeat is refused', 'another_answer', [acknowledged, refused], [inLog]],
    ['a command in the log that was never sent', 'refused_present', [notSent], [inLog]],
    [
      'an answer with another place than the log',
      'wrong_answer',
      [acknowledged],
      [orgEvent(6, 'OrgKeySet', 1, 'set')],
    ],
    ['an answer with another version', 'wrong_answer', [acknowledged], [orgEvent(5, 'OrgKeySet', 2, 'set')]],
    ['an event of another kind', 'wrong_event', [acknowledged], [orgEvent(5, 'OrgKeyRemoved', 1, 'set')]],
    ['an event in another slot', 'wrong_event', [acknowledged], [websiteEvent(5, 'ProjectKeySet', 1, 'set')]],
    ['an event where nothing was to change', 'unchanged_present', [unchanged], [inLog]],
    ['an unchanged that is not so', 'wrong_answer', [unchanged], []],
  ])('finds %s', (_, rule, outcomes, changes) => {
    expect(rules(set(outcomes), ...changes)).toEqual([rule]);
  });

  it('finds a repeat that is answered otherwise', () => {
    const other: Outcome = { kind: 'ok', answer: { ...acknowledged.answer, keyId: 'org-2' } };
    expect(rules(set([acknowledged, other]), inLog)).toEqual(['another_answer']);
  });

  it('finds a wrong command that was accepted, or is in the log after all', () => {
    expect(rules(set([acknowledged], { isWrong: true }), inLog)).toEqual(['wrong_accepted']);
    expect(rules(set([unknown], { isWrong: true }), inLog)).toEqual(['refused_present']);
  });

  it('finds an event that no command asked for', () => {
    const command = set([unknown], { id: 'another', slot: WEBSITE });
    expect(rules(command, inLog)).toEqual(['event_of_nobody']);
  });
});
