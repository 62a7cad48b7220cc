import { randomUUID } from 'node:crypto';
import { KeywardError, lastFour } from '@keyward/contracts';
import {
  checkCredentialKind,
  checkKeyPolicy,
  keySlot,
  orgKeySlot,
  projectKeySlot,
  slotStream,
  type CredentialKind,
  type Decision,
  type KeySlotEvent,
  type OrgKeyEvent,
  type ProjectKeyEvent,
  type Provenance,
  type SlotAddress,
  type SlotState,
} from '@keyward/domain';
import { isEventStoreError } from '@keyward/event-store';
import type { Secret } from '@keyward/sealing';
import { Injectable } from '@nestjs/common';
import { KeyVault } from '../../write-side/key-vault.js';
import { PolicyFacts } from '../../write-side/policy-facts.js';
import { WriteExecutor, throwIfRefused } from '../../write-side/write-executor.js';
import {
  derivedUuid,
  requestDigest,
  type WriteAnswer,
  type WriteRequest,
} from '../../write-side/write-request.js';
import { checkKeyValue } from './key-to-set.js';
import { keySetAnswer, type KeySetAnswer } from './key-write.answer.js';
import type { KeyToSet } from './slots.js';

/** Setting a key in either kind of slot: the two differ in their events only. */
@Injectable()
export class SetKeyService {
  constructor(
    private readonly executor: WriteExecutor,
    private readonly policy: PolicyFacts,
    private readonly vault: KeyVault,
  ) {}

  async set(
    slot: SlotAddress,
    { secret, credentialKind }: KeyToSet,
    request: WriteRequest,
  ): Promise<KeySetAnswer & WriteAnswer> {
    refuseKeyInPlainFields(secret, request);
    const kind = credentialKind ?? 'api_key';
    const value = secret.reveal().toString('utf8');
    // An organization that never set a key gets its fingerprint key only when this set is allowed.
    if (!(await this.vault.hasFingerprintKey(slot.organizationId)))
      throwIfRefused(await this.check(slot, value, kind));
    const fingerprint = await this.vault.fingerprint(slot.organizationId, secret);
    const digest = requestDigest(
      'set',
      slotStream(slot),
      fingerprint,
      kind,
      request.reason,
      request.expectedVersion,
    );
    const key = { fingerprint, lastFour: lastFour(value), credentialKind: kind };
    return withFreshMaterial((attempt) =>
      this.executor.execute<SlotState, KeySlotEvent, KeySetAnswer>({
        stream: slotStream(slot),
        decider: keySlot,
        request,
        digest,
        decide: async (state, provenance) => {
          const refused = await this.check(slot, value, kind);
          if (refused) return refused;
          const keyId = this.newKeyId(slot, request, digest, { version: state.lastVersion + 1, attempt });
          return decideSet(
            slot,
            state,
            { ...key, keyId },
            { provenance, expectedVersion: request.expectedVersion },
          );
        },
        appendFirst: async (events) => [await this.vault.seal(slot, newKeyOf(events), secret)],
        answer: keySetAnswer,
      }),
    );
  }

  private async check(
    slot: SlotAddress,
    value: string,
    kind: CredentialKind,
  ): Promise<Decision<never> | null> {
    const facts = await this.policy.gather(slot);
    const refused = checkKeyPolicy('set', facts) ?? checkCredentialKind(facts.integration!, kind);
    if (!refused) checkKeyValue(value, facts.integration!, kind);
    return refused;
  }

  /**
   * With an Idempotency-Key the id is derived, so that a repeat after an unknown outcome names the
   * same sealed key; the digest is in it so that another secret never does.
   */
  private newKeyId(
    slot: SlotAddress,
    { actor, idempotencyKey }: WriteRequest,
    digest: string,
    { version, attempt }: { readonly version: number; readonly attempt: number },
  ): string {
    if (idempotencyKey === null) return randomUUID();
    const again = attempt === 0 ? [] : [String(attempt)];
    return derivedUuid('key', slotStream(slot), actor, idempotencyKey, digest, String(version), ...again);
  }
}

/**
 * An Idempotency-Key that is repeated days after its write was cut off would name sealed bytes that were destroyed
 * since, for no event named them: then it takes the next name, the same at every repeat.
 */
async function withFreshMaterial<T>(execute: (attempt: number) => Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await execute(attempt);
    } catch (error) {
      if (!isEventStoreError(error, 'STREAM_DELETED')) throw error;
    }
  }
}

type NewKey = Pick<
  Extract<KeySlotEvent, { type: 'OrgKeySet' }>['data'],
  'keyId' | 'fingerprint' | 'lastFour' | 'credentialKind'
>;

function decideSet(
  { organizationId, projectId, integrationId }: SlotAddress,
  state: SlotState,
  key: NewKey,
  context: { readonly provenance: Provenance; readonly expectedVersion: WriteRequest['expectedVersion'] },
): Decision<OrgKeyEvent | ProjectKeyEvent> {
  const command = { organizationId, integrationId, ...key, ...context };
  return projectId === null
    ? orgKeySlot.decide({ type: 'SetOrgKey', ...command }, state)
    : projectKeySlot.decide({ type: 'SetProjectKey', projectId, ...command }, state);
}

function newKeyOf(events: readonly KeySlotEvent[]): { keyId: string; version: number } {
  const { keyId, version } = events[0]!.data;
  return { keyId, version };
}

/** Reason and Idempotency-Key are stored and shown; a key pasted into them would be out. */
function refuseKeyInPlainFields(secret: Secret, { reason, idempotencyKey }: WriteRequest): void {
  const value = secret.reveal().toString('utf8');
  const field = reason?.includes(value)
    ? 'reason'
    : idempotencyKey?.includes(value)
      ? 'Idempotency-Key'
      : null;
  if (field === null) return;
  throw new KeywardError(
    'INVALID_REQUEST',
    `"${field}" must not contain the key: it is stored and shown. Leave the key out of it.`,
    {
      violations: [{ field, rule: 'must not contain the key' }],
    },
  );
}
