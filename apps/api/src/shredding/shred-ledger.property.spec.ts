import {
  destroyedKeys,
  destroyedKeysStream,
  keySlot,
  orgKeySlot,
  slotStream,
  type DomainEvent,
  type KeyRef,
  type OrgKeyEvent,
  type SlotState,
} from '@keyward/domain';
import { MemoryEventStore, type JsonObject } from '@keyward/event-store';
import { keyMaterialStream } from '@keyward/sealing';
import fc from 'fast-check';
import { randomUUID } from 'node:crypto';
import { SHRED_EVENTS, ShredLedger } from './shred-ledger.js';

const SLOT = { organizationId: 'acme', projectId: null, integrationId: 'openai' };
const PROVENANCE = {
  actor: 'alice',
  occurredAt: '2026-03-01T12:00:00.000Z',
  reason: null,
  idempotencyKey: null,
  requestDigest: null,
};
const SEALED = Object.fromEntries(
  ['kekId', 'wrappedDataKey', 'commitment', 'nonce', 'ciphertext', 'tag'].map((field) => [field, 'x']),
);

/** One slot of which everything is known, beside the ledger that is to find it out from the log. */
class Model {
  readonly log = new MemoryEventStore();
  state: SlotState = keySlot.initialState;
  /** By keyId, the bytes that are there. */
  readonly bytes = new Set<string>();
  readonly versions = new Map<number, string>();
  readonly facts = new Set<number>();
  readonly orphans = new Set<string>();
  private keys = 0;

  async command(name: string): Promise<void> {
    const rest = {
      organizationId: 'acme',
      integrationId: 'openai',
      expectedVersion: null,
      provenance: PROVENANCE,
    };
    const keyId = `key-${++this.keys}`;
    const set = { type: 'SetOrgKey', ...rest, keyId, lastFour: null, credentialKind: 'api_key' } as const;
    const decision = orgKeySlot.decide(
      name === 'a' || name === 'b'
        ? { ...set, fingerprint: name }
        : { type: name as 'RemoveOrgKey', ...rest },
      this.state,
    );
    if (decision.kind === 'refused') return;
    for (const event of decision.events) await this.record(event);
  }

  /** Sealed, and the event never came. */
  async orphan(): Promise<void> {
    const keyId = `key-${++this.keys}`;
    await this.seal(keyId, this.state.lastVersion + 1);
    this.orphans.add(keyId);
  }

  /** Wrapped anew, which only happens to the present key. */
  async rewrap(): Promise<void> {
    if (!this.state.key) return;
    await this.log.setMaxCount(keyMaterialStream(this.state.key.keyId), 1);
    await this.seal(this.state.key.keyId, this.state.key.version);
  }

  /** The fact, and the bytes too unless it is cut off. */
  async destroy(version: number, cutOff = false): Promise<void> {
    const keyId = this.versions.get(version)!;
    const key: KeyRef = { keyId, version, fingerprint: 'fp' };
    const facts = {
      address: SLOT,
      version,
      slot: this.state,
      key,
      cause: 'retention',
      expectedVersion: null,
    } as const;
    const decision = destroyedKeys.decide(
      { type: 'DestroyKeyVersion', ...facts, provenance: PROVENANCE },
      [...this.facts].map((each) => ({ ...key, version: each })),
    );
    if (decision.kind === 'refused') throw new Error(decision.refusal.code);
    for (const event of decision.events) await this.append(destroyedKeysStream(SLOT), event);
    this.facts.add(version);
    if (!cutOff) await this.deleteBytes(keyId);
  }

  async deleteBytes(keyId: string): Promise<void> {
    await this.log.deleteStream(keyMaterialStream(keyId));
    this.bytes.delete(keyId);
    this.orphans.delete(keyId);
  }

  /** What a ledger says that begins now. */
  async ledger(): Promise<ShredLedger> {
    const ledger = new ShredLedger();
    await this.goOn(ledger);
    return ledger;
  }

  async goOn(ledger: ShredLedger): Promise<void> {
    const stop = new AbortController();
    const options = { after: ledger.position, filter: SHRED_EVENTS, signal: stop.signal };
    for await (const message of this.log.subscribeToAll(options)) {
      if (message.kind === 'caught_up') stop.abort();
      else for (const event of message.events) ledger.apply(event);
    }
  }

  get outOfUse(): number[] {
    const present = this.state.key?.version;
    return [...this.versions.keys()].filter((version) => version !== present && !this.facts.has(version));
  }

  private async record(event: OrgKeyEvent): Promise<void> {
    if (event.type === 'OrgKeySet') {
      const { keyId, version } = event.data;
      await this.seal(keyId, version);
      this.versions.set(version, keyId);
    }
    await this.append(slotStream(SLOT), event);
    this.state = keySlot.evolve(this.state, event);
  }

  private async seal(keyId: string, version: number): Promise<void> {
    const data = { ...SLOT, keyId, version, sealed: { format: 1, ...SEALED } };
    await this.append(keyMaterialStream(keyId), { type: 'KeySealed', data });
    this.bytes.add(keyId);
  }

  private async append(
    stream: string,
    { type, data }: Pick<DomainEvent, 'type' | 'data'> | { type: 'KeySealed'; data: object },
  ): Promise<void> {
    const event = { id: randomUUID(), type, data: data as JsonObject, metadata: { schemaVersion: 1 } };
    await this.log.append({ stream, expectedRevision: 'any', events: [event] });
  }
}

const step = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom('a', 'b', 'RemoveOrgKey', 'DisableOrgKey', 'EnableOrgKey') },
  { weight: 4, arbitrary: fc.constantFrom('sweep', 'cut off', 'orphan', 'rewrap', 'restart') },
);

describe('The shred ledger', () => {
  it('knows what is out of use, condemned and unnamed, whatever happened and whenever it began', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const model = new Model();
        let ledger = await model.ledger();
        for (const name of steps) {
          if (name === 'restart') ledger = await model.ledger();
          else await (PLAYS[name]?.(model, ledger) ?? model.command(name));
          await model.goOn(ledger);
          expectTruth(model, ledger);
          expectTruth(model, await model.ledger());
        }
      }),
      { numRuns: 150 },
    );
  }, 60_000);
});

type Play = (model: Model, ledger: ShredLedger) => Promise<void>;

const PLAYS: Readonly<Record<string, Play>> = {
  // All that it says is due, without a word from the model about what is in use.
  sweep: async (model, ledger) => {
    for (const { version } of [...ledger.awaiting.values()]) await model.destroy(version);
    for (const keyId of [...ledger.condemned, ...ledger.unnamed.keys()]) {
      await model.deleteBytes(keyId);
      ledger.settleKey(keyId);
    }
  },
  'cut off': async (model, ledger) => {
    for (const { version } of [...ledger.awaiting.values()].slice(0, 1)) await model.destroy(version, true);
  },
  orphan: (model) => model.orphan(),
  rewrap: (model) => model.rewrap(),
};

function expectTruth(model: Model, ledger: ShredLedger): void {
  const awaiting = [...ledger.awaiting.values()].map(({ version }) => version);
  expect(awaiting.sort((a, b) => a - b)).toEqual(model.outOfUse);
  const present = model.state.key?.keyId;
  if (present !== undefined) expect(model.bytes.has(present)).toBe(true);
  expect([...ledger.unnamed.keys()]).toEqual([...model.orphans]);
  // All that must go is condemned; that more is (it went a moment ago) costs a deletion that finds nothing.
  const cutOff = [...model.facts]
    .map((version) => model.versions.get(version)!)
    .filter((id) => model.bytes.has(id));
  for (const keyId of cutOff) expect(ledger.condemned.has(keyId)).toBe(true);
  if (present !== undefined) expect(ledger.condemned.has(present)).toBe(false);
}
