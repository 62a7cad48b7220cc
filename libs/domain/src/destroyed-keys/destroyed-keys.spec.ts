import { EMPTY_SLOT, type SlotState } from '../key-slot/key-slot.state.js';
import { alice, bob, given } from '../testing/decider-specification.js';
import {
  destroyedKeys,
  destroyedKeysStream,
  type DestroyKeyVersion,
  type KeyDestroyed,
} from './destroyed-keys.js';

const address = { organizationId: 'acme', projectId: 'website', integrationId: 'openai' };
const refOf = (version: number) => ({ keyId: `key-${version}`, version, fingerprint: `fp-${version}` });
const rest = { lastFour: null, credentialKind: 'api_key', setAt: alice.occurredAt, setBy: 'alice' } as const;
/** Holds version 2, in use or switched off. */
const second: SlotState = { ...EMPTY_SLOT, key: { ...refOf(2), ...rest }, enabled: true, lastVersion: 2 };
const removed: SlotState = { ...EMPTY_SLOT, lastVersion: 2 };

const destroying = (version: number, slot: SlotState = second): DestroyKeyVersion => ({
  type: 'DestroyKeyVersion',
  address,
  version,
  slot,
  key: version <= slot.lastVersion ? refOf(version) : undefined,
  cause: 'request',
  expectedVersion: null,
  provenance: bob,
});
const destroyed = (version: number): KeyDestroyed => ({
  type: 'KeyDestroyed',
  data: { ...address, ...refOf(version), cause: 'request', ...bob },
});

describe("A slot's destroyed keys", () => {
  it('take in a version that was replaced, and say whose it was, by whom and why', () => {
    given(destroyedKeys).when(destroying(1)).then(destroyed(1));
  });

  it('take in the last version once it was removed', () => {
    given(destroyedKeys).when(destroying(2, removed)).then(destroyed(2));
  });

  it('never take in the present version, in use or switched off', () => {
    given(destroyedKeys).when(destroying(2)).thenRefused('KEY_VERSION_IN_USE');
    given(destroyedKeys)
      .when(destroying(2, { ...second, enabled: false }))
      .thenRefused('KEY_VERSION_IN_USE');
  });

  it('take in a version once', () => {
    given(destroyedKeys, destroyed(1)).when(destroying(1)).thenNothing();
    given(destroyedKeys, destroyed(1)).when(destroying(2, removed)).then(destroyed(2));
  });

  it('refuse a version that never was', () => {
    given(destroyedKeys).when(destroying(3)).thenRefused('UNKNOWN_KEY_VERSION');
    given(destroyedKeys).when(destroying(1, EMPTY_SLOT)).thenRefused('UNKNOWN_KEY_VERSION');
  });

  it('refuse when the slot has gone on since the caller looked', () => {
    given(destroyedKeys)
      .when({ ...destroying(1), expectedVersion: 1 })
      .thenRefused('VERSION_CONFLICT');
    given(destroyedKeys)
      .when({ ...destroying(1), expectedVersion: 2 })
      .then(destroyed(1));
  });

  it('have a stream per slot, and none for two', () => {
    expect(destroyedKeysStream(address)).toBe('destroyedKeys-acme~website~openai');
    expect(destroyedKeysStream({ ...address, projectId: null })).toBe('destroyedKeys-acme~openai');
  });
});
