import { checkLookups, checkReadModel, type SeenKey, type SeenLookup } from './check-lookups.js';
import { WEBSITE, found, logOf, orgEvent, rulesOf, secretOf, websiteEvent } from './checker.fixtures.js';

const log = logOf(
  orgEvent(1, 'OrgKeySet', 1),
  orgEvent(3, 'OrgKeySet', 2),
  websiteEvent(5, 'ProjectKeySet', 1),
  websiteEvent(7, 'ProjectKeyRemoved', 1),
  orgEvent(9, 'OrgKeyDisabled', 2),
);
const NOT_SET: SeenKey = { outcome: 'not_configured', reason: 'not_set' };
const DISABLED: SeenKey = { outcome: 'not_configured', reason: 'disabled' };

const lookup = (place: number, answer: SeenKey, token = 0): SeenLookup => ({
  address: WEBSITE,
  token,
  place,
  answer,
});
const rules = (seen: SeenLookup): string[] => rulesOf(checkLookups(log, [seen], secretOf));

describe('checkLookups', () => {
  it.each([
    ['what the log says', lookup(4, found('organization', 2))],
    ["the project's own key", lookup(5, found('project', 1), 5)],
    ["the organization's key again", lookup(8, found('organization', 2))],
    ['no key', lookup(0, NOT_SET)],
    ['a disabled key', lookup(9, DISABLED, 9)],
    ['something newer than it says', lookup(4, found('project', 1))],
  ])('is content with %s', (_, seen) => expect(rules(seen)).toEqual([]));

  it.each([
    ['an answer that is older than its token', 'older_than_token', lookup(4, found('organization', 2), 5)],
    ['a stale key under a new place', 'wrong_fold', lookup(4, found('organization', 1))],
    ['a fall back that the log does not know', 'wrong_fold', lookup(9, found('organization', 2))],
    ['"no key" where there is one', 'wrong_fold', lookup(1, NOT_SET)],
    ['another reason', 'wrong_fold', lookup(0, { outcome: 'not_configured', reason: 'unspecified' })],
    ['a key of the wrong slot', 'wrong_fold', lookup(5, { ...found('project', 1), source: 'organization' })],
    ['a key that the log does not have', 'wrong_fold', lookup(3, found('organization', 3))],
    ['the bytes of another key', 'wrong_bytes', lookup(3, { ...found('organization', 2), secret: 'other' })],
  ])('finds %s', (_, rule, seen) => expect(rules(seen)).toEqual([rule]));

  it('keeps key bytes out of what it reports', () => {
    const [violation] = checkLookups(
      log,
      [lookup(3, { ...found('organization', 2), secret: 'planted' })],
      secretOf,
    );
    expect(violation!.what).not.toContain('planted');
  });
});

describe('checkReadModel', () => {
  const check = (seen: SeenLookup): string[] => rulesOf(checkReadModel(log, [seen], secretOf));

  it('takes the fold at its place and no other', () => {
    expect(check(lookup(4, found('organization', 2)))).toEqual([]);
    expect(check(lookup(4, found('project', 1)))).toEqual(['wrong_fold']);
    expect(check(lookup(4, found('organization', 1)))).toEqual(['wrong_fold']);
    expect(check(lookup(4, { ...found('organization', 2), secret: 'other' }))).toEqual(['wrong_bytes']);
  });
});
