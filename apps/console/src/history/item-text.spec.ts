import type { HistoryItem } from '../api/queries.js';
import { KIND_TITLES, sentenceOf } from './item-text.js';

const nameOf = (id: string): string => `The ${id}`;
const item = (kind: HistoryItem['kind'], more: Partial<HistoryItem> = {}) =>
  sentenceOf({ kind, projectId: null, integrationId: null, ...more } as HistoryItem, nameOf);
const serp = { integrationId: 'serp' };

describe('A sentence of the history', () => {
  it.each([
    [item('set', serp), "set the organization's key of The serp"],
    [item('removed', { ...serp, projectId: 'web' }), "removed web's key of The serp"],
    [item('disabled', serp), "switched off the organization's key of The serp"],
    [
      item('plan_changed', { plan: 'enterprise', previousPlan: 'free' }),
      'changed the plan from free to enterprise',
    ],
    [item('project_registered', { projectId: 'web', name: 'Web' }), 'registered the project web as “Web”'],
    [item('rollout_changed', { inRollout: true }), 'brought the organization into the rollout'],
    [item('rollout_changed', { inRollout: false }), 'took the organization out of the rollout'],
    [
      item('refused', { ...serp, operation: 'setOrgKey', code: 'NOT_ENTITLED', count: 3 }),
      "was refused to set the organization's key of The serp, 3 times: not on the Enterprise plan",
    ],
    [
      item('refused', { operation: 'listKeys', code: 'FORBIDDEN', count: 1 }),
      'was refused listKeys: not allowed',
    ],
    [item('refused', { operation: null, code: null, count: 9 }), 'was refused many things, 9 times'],
  ])('is "%s"', (sentence, expected) => {
    expect(sentence).toBe(expected);
  });

  it('is there for every kind', () => {
    for (const kind of Object.keys(KIND_TITLES))
      expect(item(kind as HistoryItem['kind'], serp)).not.toMatch(/undefined|^$/);
  });
});
