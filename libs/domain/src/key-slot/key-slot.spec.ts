import fc from 'fast-check';
import { fold } from '../decider.js';
import { alice, bob, given } from '../testing/decider-specification.js';
import { orgKeySlot, projectKeySlot, type OrgKeyCommand } from './key-slot.decide.js';
import type { OrgKeyEvent, ProjectKeyEvent } from './key-slot.events.js';

const slot = { organizationId: 'acme', integrationId: 'openai' };
const keyA = { keyId: 'key-a', fingerprint: 'fp-a', lastFour: '7f2c', credentialKind: 'api_key' } as const;
const keyB = { keyId: 'key-b', fingerprint: 'fp-b', lastFour: null, credentialKind: 'api_key' } as const;
const by = { ...slot, expectedVersion: null, provenance: bob };

const setA: OrgKeyEvent = { type: 'OrgKeySet', data: { ...slot, ...keyA, version: 1, ...alice } };
const refA = { keyId: 'key-a', fingerprint: 'fp-a', version: 1 };
const disabledA: OrgKeyEvent = { type: 'OrgKeyDisabled', data: { ...slot, ...refA, ...alice } };
const removedA: OrgKeyEvent = { type: 'OrgKeyRemoved', data: { ...slot, ...refA, ...alice } };

describe("An organization's slot", () => {
  it('takes its first key as version 1', () => {
    given(orgKeySlot)
      .when({ type: 'SetOrgKey', ...by, ...keyA })
      .then({ type: 'OrgKeySet', data: { ...slot, ...keyA, version: 1, ...bob } });
  });

  it('takes another key as the next version', () => {
    given(orgKeySlot, setA)
      .when({ type: 'SetOrgKey', ...by, ...keyB })
      .then({ type: 'OrgKeySet', data: { ...slot, ...keyB, version: 2, ...bob } });
  });

  it('makes no event of the key that it holds already', () => {
    given(orgKeySlot, setA)
      .when({ type: 'SetOrgKey', ...by, ...keyA, keyId: 'key-new' })
      .thenNothing();
  });

  it('is not switched on by a repeated set of the key that was switched off', () => {
    given(orgKeySlot, setA, disabledA)
      .when({ type: 'SetOrgKey', ...by, ...keyA, keyId: 'key-new' })
      .thenNothing();
  });

  it('uses a key that is new to it at once, though it was switched off', () => {
    const replaced: OrgKeyEvent = { type: 'OrgKeySet', data: { ...slot, ...keyB, version: 2, ...bob } };
    given(orgKeySlot, setA, disabledA)
      .when({ type: 'SetOrgKey', ...by, ...keyB })
      .then(replaced);
    expect(fold(orgKeySlot, [setA, disabledA, replaced])).toMatchObject({ enabled: true, lastVersion: 2 });
  });

  it('goes on counting versions after a removal, also for a key that it had before', () => {
    given(orgKeySlot, setA, removedA)
      .when({ type: 'SetOrgKey', ...by, ...keyA, keyId: 'key-again' })
      .then({ type: 'OrgKeySet', data: { ...slot, ...keyA, keyId: 'key-again', version: 2, ...bob } });
  });

  it('is removed, switched off and on, and each says which version it was about', () => {
    const data = { ...slot, ...refA, ...bob };
    given(orgKeySlot, setA)
      .when({ type: 'RemoveOrgKey', ...by })
      .then({ type: 'OrgKeyRemoved', data });
    given(orgKeySlot, setA)
      .when({ type: 'DisableOrgKey', ...by })
      .then({ type: 'OrgKeyDisabled', data });
    given(orgKeySlot, setA, disabledA)
      .when({ type: 'EnableOrgKey', ...by })
      .then({ type: 'OrgKeyEnabled', data });
  });

  it('is left alone by a toggle to where it stands', () => {
    given(orgKeySlot, setA)
      .when({ type: 'EnableOrgKey', ...by })
      .thenNothing();
    given(orgKeySlot, setA, disabledA)
      .when({ type: 'DisableOrgKey', ...by })
      .thenNothing();
  });

  it.each(['RemoveOrgKey', 'DisableOrgKey', 'EnableOrgKey'] as const)(
    'refuses %s when no key is set',
    (type) => {
      given(orgKeySlot)
        .when({ type, ...by })
        .thenRefused('KEY_NOT_SET');
      given(orgKeySlot, setA, removedA)
        .when({ type, ...by })
        .thenRefused('KEY_NOT_SET');
    },
  );

  it('refuses a write whose version has passed, before anything else', () => {
    given(orgKeySlot, setA)
      .when({ type: 'SetOrgKey', ...by, ...keyA, expectedVersion: 2 })
      .thenRefused('VERSION_CONFLICT');
    given(orgKeySlot)
      .when({ type: 'RemoveOrgKey', ...by, expectedVersion: 1 })
      .thenRefused('VERSION_CONFLICT');
    given(orgKeySlot, setA)
      .when({ type: 'DisableOrgKey', ...by, expectedVersion: 1 })
      .then({ type: 'OrgKeyDisabled', data: { ...slot, ...refA, ...bob } });
  });

  it('makes no second event of any command that is repeated in the state it left', () => {
    const key = fc.constantFrom(keyA, keyB);
    const command = fc.oneof(
      key.map((k): OrgKeyCommand => ({ type: 'SetOrgKey', ...by, ...k })),
      fc
        .constantFrom('RemoveOrgKey' as const, 'DisableOrgKey' as const, 'EnableOrgKey' as const)
        .map((type): OrgKeyCommand => ({ type, ...by })),
    );
    fc.assert(
      fc.property(fc.array(command, { maxLength: 30 }), (commands) => {
        let state = orgKeySlot.initialState;
        for (const each of commands) {
          state = apply(each, state);
          const again = orgKeySlot.decide(each, state);
          expect(again.kind === 'refused' ? again.refusal.code : again.events).toEqual(
            again.kind === 'refused' ? 'KEY_NOT_SET' : [],
          );
        }
      }),
    );
  });

  it('counts versions without a gap, whatever the commands', () => {
    const commands = fc.array(fc.constantFrom('a', 'b', 'remove', 'disable', 'enable'), { maxLength: 40 });
    fc.assert(
      fc.property(commands, (names) => {
        let state = orgKeySlot.initialState;
        const versions: number[] = [];
        for (const name of names) {
          const decision = orgKeySlot.decide(commandOf(name), state);
          if (decision.kind === 'refused') continue;
          for (const event of decision.events) {
            if (event.type === 'OrgKeySet') versions.push(event.data.version);
            state = orgKeySlot.evolve(state, event);
          }
        }
        expect(versions).toEqual(versions.map((_, n) => n + 1));
      }),
    );
  });
});

describe("A project's slot", () => {
  const inProject = { ...slot, projectId: 'website' };
  const set: ProjectKeyEvent = {
    type: 'ProjectKeySet',
    data: { ...inProject, ...keyA, version: 1, ...alice },
  };

  it('takes a key and gives it up again', () => {
    given(projectKeySlot)
      .when({ type: 'SetProjectKey', ...by, ...keyA, projectId: 'website' })
      .then({ type: 'ProjectKeySet', data: { ...inProject, ...keyA, version: 1, ...bob } });
    given(projectKeySlot, set)
      .when({ type: 'RemoveProjectKey', ...by, projectId: 'website' })
      .then({ type: 'ProjectKeyRemoved', data: { ...inProject, ...refA, ...bob } });
  });

  it('makes no event of the key that it holds, and refuses to remove what is not there', () => {
    given(projectKeySlot, set)
      .when({ type: 'SetProjectKey', ...by, ...keyA, projectId: 'website' })
      .thenNothing();
    given(projectKeySlot)
      .when({ type: 'RemoveProjectKey', ...by, projectId: 'website' })
      .thenRefused('KEY_NOT_SET');
  });
});

function apply(
  command: OrgKeyCommand,
  state: typeof orgKeySlot.initialState,
): typeof orgKeySlot.initialState {
  const decision = orgKeySlot.decide(command, state);
  return decision.kind === 'refused' ? state : decision.events.reduce(orgKeySlot.evolve, state);
}

function commandOf(name: string): OrgKeyCommand {
  switch (name) {
    case 'a':
      return { type: 'SetOrgKey', ...by, ...keyA };
    case 'b':
      return { type: 'SetOrgKey', ...by, ...keyB };
    case 'remove':
      return { type: 'RemoveOrgKey', ...by };
    case 'disable':
      return { type: 'DisableOrgKey', ...by };
    default:
      return { type: 'EnableOrgKey', ...by };
  }
}
