import { checkWatch, type SeenChange, type SeenMessage, type WatchFilter } from './check-watch.js';
import { kindOf, slotOf, type LoggedChange } from './log-view.js';
import { logOf, orgEvent, rulesOf, websiteEvent } from './checker.fixtures.js';

const first = orgEvent(1, 'OrgKeySet', 1);
const second = orgEvent(2, 'OrgKeySet', 2);
const override = websiteEvent(3, 'ProjectKeySet', 1);
const third = orgEvent(4, 'OrgKeyDisabled', 2);
const log = logOf(first, second, override, third);

const ALL: WatchFilter = { organizationId: 'acme', projectIds: null, integrationIds: null };
const WEBSITE_ONLY: WatchFilter = { ...ALL, projectIds: ['website'] };

const seen = ({ place, event }: LoggedChange, more: Partial<SeenChange> = {}): SeenMessage => {
  const { version, keyId } = event.data;
  const change = { slot: slotOf(event), kind: kindOf(event), version, keyId, place, affectedProjectIds: [] };
  return { through: place, event: { ...change, ...more } };
};
const affecting = (change: LoggedChange): SeenMessage => seen(change, { affectedProjectIds: ['website'] });
/** A message that does not claim its own place yet. */
const early = (message: SeenMessage): SeenMessage => ({ ...message, through: 1 });
const beat = (through: number): SeenMessage => ({ through, event: 'heartbeat' });
const reset = (through: number): SeenMessage => ({ through, event: 'reset' });

const rules = (messages: SeenMessage[], filter = ALL, after: number | null = 0): string[] =>
  rulesOf(checkWatch(log, { name: 'watch', filter, resumes: false, after, messages }));

describe('checkWatch', () => {
  it.each([
    ['that saw everything', [beat(0), seen(first), seen(second), seen(override), seen(third), beat(4)]],
    ['that has not got further yet', [beat(0), seen(first)]],
    ['that saw a change twice', [seen(first), seen(second), seen(second), seen(override), seen(third)]],
    ['that was told to look everything up', [seen(first), reset(3), seen(third)]],
  ])('is content with a watch %s', (_, messages) => {
    expect(rules(messages)).toEqual([]);
  });

  it('asks only for what comes after the beginning', () => {
    expect(rules([beat(2), seen(override), seen(third)], ALL, 2)).toEqual([]);
    expect(rules([beat(3), seen(third)], ALL, null)).toEqual([]);
    expect(rules([seen(third), beat(4)], ALL, null)).toEqual([]);
  });

  it.each([
    ['a change that is missing', 'missing', [seen(first), seen(override), seen(third)]],
    ['a change that is missing at the end', 'missing', [seen(first), seen(second), seen(override), beat(4)]],
    [
      'a change that comes after the claim to have sent it',
      'missing',
      [beat(1), { ...seen(first), through: 1 }],
    ],
    ['a change that is missing after a reset', 'missing', [reset(1), seen(override), seen(third)]],
    [
      'a change that is in no log',
      'never_happened',
      [seen(first), early(seen(orgEvent(2, 'OrgKeyRemoved', 1))), { ...seen(second), through: 2 }],
    ],
    [
      'a change with another version',
      'never_happened',
      [seen(first), early(seen(second, { version: 3 })), seen(second)],
    ],
    [
      'a change with another kind',
      'never_happened',
      [seen(first), early(seen(second, { kind: 'removed' })), seen(second)],
    ],
  ])('finds %s', (_, rule, messages) => {
    expect(rules(messages)).toEqual([rule]);
  });

  it('finds changes of one slot in another order', () => {
    const late = { ...seen(first), through: 2 };
    expect(rules([{ ...seen(second), through: 0 }, late, seen(override), seen(third)])).toEqual([
      'reordered',
    ]);
  });

  it('lets a watch that resumed repeat what came ahead of its place, and nothing else', () => {
    const ahead = [first, second].map((change) => ({ ...seen(change), through: 0 }));
    const resumed = (...messages: SeenMessage[]): string[] =>
      rulesOf(checkWatch(log, { name: 'watch', filter: ALL, resumes: true, after: 0, messages }));
    const rest = [beat(1), seen(override), seen(third)];
    expect(resumed(...ahead, ...ahead, ...rest)).toEqual([]);
    expect(rules([...ahead, ...ahead, ...rest])).toEqual(['reordered']);
    expect(resumed(...ahead.toReversed(), ...ahead, ...rest)).toEqual(['reordered']);
  });

  it('finds a step back', () => {
    expect(rules([seen(first), seen(second), seen(first), seen(override), seen(third)])).toContain(
      'step_back',
    );
    expect(rules([beat(1), beat(0)], ALL, 1)).toEqual(['step_back']);
    expect(rules([beat(0)], ALL, 2)).toEqual(['step_back']);
  });

  describe('of a watch that named projects', () => {
    const all = [affecting(first), affecting(second), affecting(override)];

    it('asks for no change of the organization that the project does not use, and allows it', () => {
      expect(rules([...all, beat(4)], WEBSITE_ONLY)).toEqual([]);
      expect(rules([...all, affecting(third)], WEBSITE_ONLY)).toEqual([]);
    });

    it('finds one that it does use missing', () => {
      expect(rules([affecting(first), affecting(override)], WEBSITE_ONLY)).toEqual(['missing']);
    });

    it('finds an affected project that is not named', () => {
      expect(rules([affecting(first), seen(second), affecting(override)], WEBSITE_ONLY)).toEqual([
        'wrong_projects',
      ]);
    });

    it('finds a change that was not asked for', () => {
      expect(rules([seen(first), affecting(override)], { ...ALL, projectIds: ['mobile'] })).toContain(
        'not_asked_for',
      );
      expect(rules([seen(first)], { ...ALL, integrationIds: ['slack'] })).toEqual(['not_asked_for']);
      expect(rules([seen(first)], { ...ALL, organizationId: 'other' })).toEqual(['not_asked_for']);
    });
  });
});
