import { checkLog, checkPrefix } from './check-log.js';
import { logOf, orgEvent, rulesOf, websiteEvent } from './checker.fixtures.js';

const sealed = new Set(['org-1', 'org-2', 'org-3', 'website-1']);

describe('checkLog', () => {
  it('finds nothing wrong with a good log', () => {
    const log = logOf(
      orgEvent(1, 'OrgKeySet', 1),
      websiteEvent(2, 'ProjectKeySet', 1),
      orgEvent(3, 'OrgKeyDisabled', 1),
      orgEvent(4, 'OrgKeySet', 2),
      orgEvent(6, 'OrgKeyRemoved', 2),
      orgEvent(7, 'OrgKeySet', 3),
    );
    expect(checkLog(log, sealed)).toEqual([]);
  });

  it.each([
    ['a version that is left out', 'version_gap', [orgEvent(1, 'OrgKeySet', 1), orgEvent(2, 'OrgKeySet', 3)]],
    ['a version that comes twice', 'version_gap', [orgEvent(1, 'OrgKeySet', 1), orgEvent(2, 'OrgKeySet', 1)]],
    [
      'a removal of a version that was replaced',
      'wrong_version',
      [orgEvent(1, 'OrgKeySet', 1), orgEvent(2, 'OrgKeySet', 2), orgEvent(3, 'OrgKeyRemoved', 1)],
    ],
    ['a removal of nothing', 'wrong_version', [orgEvent(1, 'OrgKeyRemoved', 1)]],
    ['an event that names no sealed key', 'key_not_sealed', [websiteEvent(1, 'ProjectKeySet', 1, 'c')]],
  ])('finds %s', (_, rule, changes) => {
    const known = rule === 'key_not_sealed' ? new Set<string>() : sealed;
    expect(rulesOf(checkLog(logOf(...changes), known))).toEqual([rule]);
  });

  it('finds events that are out of order', () => {
    const log = logOf(orgEvent(5, 'OrgKeySet', 1), websiteEvent(4, 'ProjectKeySet', 1));
    expect(rulesOf(checkLog(log, sealed))).toEqual(['log_order']);
  });
});

describe('checkPrefix', () => {
  const before = logOf(orgEvent(1, 'OrgKeySet', 1), orgEvent(2, 'OrgKeySet', 2));

  it('lets a log grow', () => {
    const after = logOf(...before.changes, orgEvent(3, 'OrgKeySet', 3));
    expect(checkPrefix(before, after)).toEqual([]);
  });

  it.each([
    ['is gone', [orgEvent(1, 'OrgKeySet', 1)]],
    ['has moved', [orgEvent(1, 'OrgKeySet', 1), orgEvent(3, 'OrgKeySet', 2)]],
    ['is another', [orgEvent(1, 'OrgKeySet', 1), orgEvent(2, 'OrgKeyRemoved', 1)]],
  ])('finds an event that %s', (_, changes) => {
    expect(rulesOf(checkPrefix(before, logOf(...changes)))).toEqual(['log_rewritten']);
  });
});
