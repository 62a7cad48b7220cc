import { effectiveKey, explainEffectiveKey } from './effective-key.js';
import { EMPTY_SLOT, type SlotKey, type SlotState } from './key-slot/key-slot.state.js';

const key = (keyId: string): SlotKey => ({
  keyId,
  version: 1,
  fingerprint: `fp-${keyId}`,
  lastFour: null,
  credentialKind: 'api_key',
  setAt: '2026-03-01T09:00:00.000Z',
  setBy: 'alice',
});
const holding = (keyId: string, enabled = true): SlotState => ({ ...EMPTY_SLOT, key: key(keyId), enabled });

describe('The effective key', () => {
  // Every combination of the two slots, as the mission words it.
  it.each([
    {
      name: 'neither is set',
      organization: EMPTY_SLOT,
      project: EMPTY_SLOT,
      effective: { reason: 'not_set' },
      verdicts: ['not_set', 'not_set'],
    },
    {
      name: "only the organization's is set",
      organization: holding('o'),
      project: EMPTY_SLOT,
      effective: { source: 'organization', key: key('o') },
      verdicts: ['not_set', 'effective'],
    },
    {
      name: "the organization's is switched off",
      organization: holding('o', false),
      project: EMPTY_SLOT,
      effective: { reason: 'disabled' },
      verdicts: ['not_set', 'disabled'],
    },
    {
      name: "only the project's is set",
      organization: EMPTY_SLOT,
      project: holding('p'),
      effective: { source: 'project', key: key('p') },
      verdicts: ['effective', 'not_set'],
    },
    {
      name: 'both are set',
      organization: holding('o'),
      project: holding('p'),
      effective: { source: 'project', key: key('p') },
      verdicts: ['effective', 'overridden'],
    },
    {
      name: "both are set and the organization's is switched off",
      organization: holding('o', false),
      project: holding('p'),
      effective: { source: 'project', key: key('p') },
      verdicts: ['effective', 'disabled'],
    },
  ])('when $name', ({ organization, project, effective, verdicts }) => {
    expect(effectiveKey({ organization, project })).toMatchObject(effective);
    expect(explainEffectiveKey({ organization, project }).map(({ verdict }) => verdict)).toEqual(verdicts);
  });

  it('explains every candidate in a sentence', () => {
    for (const { why } of explainEffectiveKey({ organization: holding('o'), project: holding('p') })) {
      expect(why).toMatch(/^The .+\.$/);
    }
  });
});
