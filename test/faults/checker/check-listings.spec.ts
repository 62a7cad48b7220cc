import { checkListings, type SeenListings } from './check-listings.js';
import { logOf, orgEvent, rulesOf, websiteEvent } from './checker.fixtures.js';

const log = logOf(
  orgEvent(1, 'OrgKeySet', 1),
  websiteEvent(2, 'ProjectKeySet', 1),
  orgEvent(3, 'OrgKeyDisabled', 1),
  orgEvent(4, 'OrgKeyRemoved', 1),
);
const set = {
  setAt: '2026-03-01T12:00:00.000Z',
  setBy: 'alice',
  credentialKind: 'api_key',
  mask: '••••••••7f2c',
};
const orgKey = { keyId: 'org-1', version: 1, fingerprint: 'fp-org-1', ...set };
const orgItem = {
  id: 'openai',
  state: 'disabled',
  ...orgKey,
  changedAt: set.setAt,
  changedBy: 'alice',
  overridingProjects: 1,
};
const projectKey = { keyId: 'website-1', version: 1, fingerprint: 'fp-website-1', ...set };
const projectItem = {
  id: 'openai',
  effective: { outcome: 'found', source: 'project', reason: null, key: projectKey },
  overrides: true,
};
const seen: SeenListings = {
  organizationId: 'acme',
  projectIds: ['website'],
  place: 3,
  items: [orgItem],
  projectItems: [[projectItem]],
};

describe('checkListings', () => {
  it('is content with rows that are the fold of the log', () => expect(checkListings(log, seen)).toEqual([]));

  it.each([
    ['state', 'enabled'],
    ['version', 2],
    ['keyId', 'org-2'],
    ['mask', '••••••••'],
    ['overridingProjects', 0],
    ['changedBy', 'bob'],
  ])("finds a wrong %s of the organization's row", (field, value) => {
    const items = [{ ...orgItem, [field]: value }];
    expect(rulesOf(checkListings(log, { ...seen, items }))).toEqual(['wrong_listing']);
  });

  it.each([
    ['overrides', false],
    ['effective', { ...projectItem.effective, source: 'organization' }],
    ['effective', { outcome: 'not_configured', source: null, reason: 'disabled', key: null }],
  ])("finds a wrong %s of a project's row", (field, value) => {
    const projectItems = [[{ ...projectItem, [field]: value }]];
    expect(rulesOf(checkListings(log, { ...seen, projectItems }))).toEqual(['wrong_listing']);
  });

  it('finds rows of another place in the log', () => {
    expect(rulesOf(checkListings(log, { ...seen, place: 4 }))).toContain('wrong_listing');
  });
});
