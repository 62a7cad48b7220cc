import { checkCuts, type SeenCut } from './check-cuts.js';
import { logOf, orgEvent, rulesOf, topicMessage } from './checker.fixtures.js';

const first = orgEvent(1, 'OrgKeySet', 1);
const second = orgEvent(3, 'OrgKeySet', 2);
const log = logOf(first, second);
const messages = [topicMessage(0, first), topicMessage(1, second), topicMessage(2, second)];

const rules = (cut: SeenCut, seen = messages, after = 0): string[] =>
  rulesOf(checkCuts(log, seen, { after, cuts: [cut] }));

describe('checkCuts', () => {
  it.each([
    ['that is behind', { place: 1, offsets: [1] }],
    ['of what is there, its repeat not counted', { place: 3, offsets: [2] }],
    ['of nothing', { place: 0, offsets: [] }],
  ])('is content with a cut %s', (_, cut) => expect(rules(cut)).toEqual([]));

  it('asks for no change that came before the relay began', () => {
    expect(rules({ place: 3, offsets: [2] }, messages.slice(1), 1)).toEqual([]);
  });

  it.each([
    ['a cut before which a change is missing', { place: 3, offsets: [3] }, [messages[0]!]],
    ['a cut whose change lies behind its offset', { place: 3, offsets: [1] }, messages],
    ['a cut that says nothing of the partition', { place: 1, offsets: [] }, messages],
  ])('finds %s', (_, cut, seen) => expect(rules(cut, seen)).toEqual(['checkpoint_ahead']));
});
