import {
  fold,
  keySlot,
  orgKeySlot,
  projectKeySlot,
  slotStream,
  type KeySlotEvent,
  type OrgKeyCommand,
  type ProjectKeyCommand,
  type SlotAddress,
  type SlotState,
} from '@keyward/domain';
import { keyMaterialStream, type KeySealed } from '@keyward/sealing';
import fc from 'fast-check';
import type { SlotRecord } from '../records.js';
import { by, inStream, sealed, type ProjectionFixture } from './projection-fixture.js';

export const ORGANIZATION = 'acme';
export const PROJECTS = ['website', 'app'];
export const INTEGRATIONS = ['openai', 'slack'];
export const ADDRESSES: readonly SlotAddress[] = INTEGRATIONS.flatMap((integrationId) =>
  [null, ...PROJECTS].map((projectId) => ({ organizationId: ORGANIZATION, projectId, integrationId })),
);

/** One command, or what Keyward does by itself. */
export const step = fc.record({
  verb: fc.constantFrom('set', 'set', 'remove', 'disable', 'enable', 'rewrap', 'destroyOld'),
  slot: fc.nat(ADDRESSES.length - 1),
  value: fc.nat(3),
});
export type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

/** Plays commands through the domain's deciders, as the api does, and remembers what the log must fold to. */
export class CommandHistory {
  private readonly events = new Map<string, KeySlotEvent[]>();
  private readonly wrappings = new Map<string, number>();
  private keys = 0;

  constructor(private readonly fixture: ProjectionFixture) {}

  state(address: SlotAddress): SlotState {
    return fold(keySlot, this.events.get(slotStream(address)) ?? []);
  }

  async take({ verb, slot, value }: Step): Promise<void> {
    const address = ADDRESSES[slot]!;
    if (verb === 'rewrap') return this.rewrap(address);
    if (verb === 'destroyOld') return this.destroyOld();
    const keyId = `key-${this.keys++}`;
    for (const event of decide(verb, address, this.state(address), { keyId, value })) {
      if (event.type === 'OrgKeySet' || event.type === 'ProjectKeySet') {
        await this.seal({ ...address, keyId, version: event.data.version });
      }
      const stream = slotStream(address);
      await this.fixture.append(inStream(stream, event));
      this.events.set(stream, [...(this.events.get(stream) ?? []), event]);
    }
  }

  async expectedRecord(address: SlotAddress): Promise<SlotRecord | undefined> {
    const count = this.events.get(slotStream(address))?.length ?? 0;
    if (count === 0) return undefined;
    const state = this.state(address);
    const material = state.key && (await this.lastMaterial(state.key.keyId));
    const { sealed, revision: sealedRevision } = material ?? { sealed: null, revision: null };
    return { kind: 'slot', address, revision: BigInt(count - 1), state, sealed, sealedRevision };
  }

  private async lastMaterial(keyId: string) {
    for await (const { data, revision } of this.fixture.log.readStream(keyMaterialStream(keyId), {
      direction: 'backwards',
    })) {
      return { sealed: (data as unknown as KeySealed['data']).sealed, revision };
    }
    return null;
  }

  private async seal(binding: SlotAddress & { keyId: string; version: number }): Promise<void> {
    const wrapping = (this.wrappings.get(binding.keyId) ?? 0) + 1;
    this.wrappings.set(binding.keyId, wrapping);
    await this.fixture.append(sealed(binding, String(wrapping)));
    await this.fixture.log.setMaxCount(keyMaterialStream(binding.keyId), 1);
  }

  private async rewrap(address: SlotAddress): Promise<void> {
    const { key } = this.state(address);
    if (key) await this.seal({ ...address, keyId: key.keyId, version: key.version });
  }

  /** As the sweeper does: only keys that no slot holds. */
  private async destroyOld(): Promise<void> {
    const held = new Set(ADDRESSES.map((address) => this.state(address).key?.keyId));
    for (const keyId of this.wrappings.keys()) {
      if (held.has(keyId)) continue;
      await this.fixture.log.deleteStream(keyMaterialStream(keyId));
      this.wrappings.delete(keyId);
    }
  }
}

function decide(
  verb: 'set' | 'remove' | 'disable' | 'enable',
  { organizationId, projectId, integrationId }: SlotAddress,
  state: SlotState,
  { keyId, value }: { keyId: string; value: number },
): readonly KeySlotEvent[] {
  const common = { organizationId, integrationId, expectedVersion: null, provenance: by };
  const newKey = { keyId, fingerprint: `fp1_${value}`, lastFour: null, credentialKind: 'api_key' as const };
  if (projectId !== null) {
    const command: ProjectKeyCommand =
      verb === 'set'
        ? { type: 'SetProjectKey', projectId, ...common, ...newKey }
        : { type: 'RemoveProjectKey', projectId, ...common };
    return acceptedOf(projectKeySlot.decide(command, state));
  }
  const types = { remove: 'RemoveOrgKey', disable: 'DisableOrgKey', enable: 'EnableOrgKey' } as const;
  const command: OrgKeyCommand =
    verb === 'set' ? { type: 'SetOrgKey', ...common, ...newKey } : { type: types[verb], ...common };
  return acceptedOf(orgKeySlot.decide(command, state));
}

function acceptedOf(
  decision: ReturnType<typeof orgKeySlot.decide> | ReturnType<typeof projectKeySlot.decide>,
) {
  return decision.kind === 'accepted' ? decision.events : [];
}
