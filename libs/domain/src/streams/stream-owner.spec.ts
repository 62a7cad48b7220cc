import fc from 'fast-check';
import { destroyedKeysStream } from '../destroyed-keys/destroyed-keys.js';
import { keyReadsStream } from '../hand-outs/keys-handed-out.js';
import { ID_PATTERN } from '../ids.js';
import { slotStream } from '../key-slot/key-slot.events.js';
import { organizationStream } from '../organization/organization.js';
import { projectStream } from '../project/project.js';
import { refusalsStream } from '../refusals/refusals.js';
import { ROLLOUT_STREAM } from '../rollout/rollout.js';
import { DOMAIN_STREAM_PREFIXES, eventSubject, streamOwner } from './stream-owner.js';

const id = fc.stringMatching(new RegExp(`^${ID_PATTERN}$`));
const NOBODYS_OWN = { organizationId: null, projectId: null, integrationId: null };

describe('the owner of a stream', () => {
  it('is who the stream was named after', () => {
    fc.assert(
      fc.property(id, id, id, (organizationId, projectId, integrationId) => {
        const own = { ...NOBODYS_OWN, organizationId };
        const slots = [
          { organizationId, projectId: null, integrationId },
          { organizationId, projectId, integrationId },
        ];
        expect(streamOwner(organizationStream(organizationId))).toEqual(own);
        expect(streamOwner(refusalsStream(organizationId))).toEqual(own);
        expect(streamOwner(keyReadsStream(organizationId))).toEqual(own);
        expect(streamOwner(projectStream(organizationId, projectId))).toEqual({ ...own, projectId });
        for (const slot of slots) {
          expect(streamOwner(slotStream(slot))).toEqual(slot);
          expect(streamOwner(destroyedKeysStream(slot))).toEqual(slot);
        }
      }),
    );
  });

  it('is nobody alone for the rollout', () => {
    expect(streamOwner(ROLLOUT_STREAM)).toEqual(NOBODYS_OWN);
  });

  it.each([
    'keyMaterial-0b5e',
    'relayCheckpoint-keyward.key-changes.v1',
    'organization-acme~website',
    'orgKey-acme',
    'orgKey-acme~',
    'destroyedKeys-acme',
    'projectKey-acme~openai',
    'constructor-acme',
    'organization',
    '',
  ])('is not known for %s', (stream) => {
    expect(streamOwner(stream)).toBeUndefined();
  });

  it('is known for no stream that a filter by prefix would leave out', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.constantFrom(...DOMAIN_STREAM_PREFIXES)), id, (start, rest) => {
        const stream = start + rest;
        const passes = DOMAIN_STREAM_PREFIXES.some((prefix) => stream.startsWith(prefix));
        expect(streamOwner(stream) === undefined || passes).toBe(true);
      }),
    );
  });
});

describe('the subject of an event', () => {
  it('is who the stream was named after, whatever the event says', () => {
    const stream = slotStream({ organizationId: 'acme', projectId: 'website', integrationId: 'openai' });
    expect(eventSubject(stream, { projectId: 'mobile', integrationId: 'slack' })).toEqual(
      streamOwner(stream),
    );
    expect(eventSubject('keyMaterial-0b5e', { projectId: 'mobile' })).toBeUndefined();
  });

  it('is what the event says, where a stream is of a whole organization', () => {
    const stream = refusalsStream('acme');
    const nothing = { organizationId: 'acme', projectId: null, integrationId: null };
    expect(eventSubject(stream, { projectId: 'mobile', integrationId: null })).toEqual({
      ...nothing,
      projectId: 'mobile',
    });
    expect(eventSubject(stream, {})).toEqual(nothing);
  });
});
