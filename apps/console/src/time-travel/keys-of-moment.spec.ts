import type { Keys } from '../api/queries.js';
import { differences, usedAt } from './keys-of-moment.js';

type Slot = Keys['items'][number];

const projects = [
  { id: 'app', name: 'App' },
  { id: 'web', name: 'Web' },
];
const slot = (projectId: string | null, keyId: string | null, enabled = true): Slot => ({
  integrationId: 'serp',
  projectId,
  enabled,
  changedAt: '2026-03-01T12:00:00.000Z',
  changedBy: 'alice',
  key: keyId === null ? null : ({ keyId, version: 1, mask: `mask of ${keyId}` } as Slot['key']),
});
const at = (...items: Slot[]) => usedAt({ projects, items });
const outcomes = (...items: Slot[]) =>
  at(...items).map(({ projectId, source, mask, reason }) => [projectId, source ?? reason, mask]);

describe('The keys of a moment', () => {
  it("are the organization's where a project has none of its own", () => {
    expect(outcomes(slot(null, 'org'), slot('web', 'own'))).toEqual([
      ['app', 'organization', 'mask of org'],
      ['web', 'project', 'mask of own'],
    ]);
  });

  it('are none when it is switched off or removed, but for those with their own', () => {
    expect(outcomes(slot(null, 'org', false), slot('web', 'own'))).toEqual([
      ['app', 'disabled', null],
      ['web', 'project', 'mask of own'],
    ]);
    expect(outcomes(slot(null, null, false), slot('web', null, false))).toEqual([
      ['app', 'not_set', null],
      ['web', 'not_set', null],
    ]);
  });
});

describe('The differences between two moments', () => {
  const changed = (...pair: [Slot[], Slot[]]) =>
    differences(at(...pair[0]), at(...pair[1])).map(({ before, after }) => [
      (after ?? before)!.projectId,
      before?.mask ?? null,
      after?.mask ?? null,
    ]);

  it('are the projects that use another key, and no other', () => {
    expect(changed([slot(null, 'a'), slot('web', 'own')], [slot(null, 'b'), slot('web', 'own')])).toEqual([
      ['app', 'mask of a', 'mask of b'],
    ]);
  });

  it('are none between no key yet and no key any more', () => {
    expect(changed([], [slot(null, null, false)])).toEqual([]);
  });

  it('tell a key that was switched off from one that is not set', () => {
    expect(changed([slot(null, null, false)], [slot(null, 'a', false)])).toHaveLength(2);
  });
});
