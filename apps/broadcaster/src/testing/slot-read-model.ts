import { START_OF_LOG, type LogPosition } from '@keyward/contracts';
import type { KeyChange } from '@keyward/change-log';
import { EMPTY_SLOT, slotStream, type SlotAddress } from '@keyward/domain';
import type { ReadModelStatus, SlotRecord } from '@keyward/read-model';

/** The part of a read model that the broadcaster asks, moved on by the test. */
export class SlotReadModel {
  ready = true;
  position: LogPosition = START_OF_LOG;
  questions = 0;
  /** Set, every question fails or waits as the test wants. */
  before: (() => Promise<void>) | undefined;
  private readonly keys = new Map<string, string>();

  apply(change: KeyChange): void {
    if (change.kind === 'set') this.keys.set(slotStream(change), change.keyId);
    if (change.kind === 'removed') this.keys.delete(slotStream(change));
    this.position = change.position;
  }

  async status(): Promise<ReadModelStatus> {
    return { ready: this.ready, position: this.position, heartbeat: 0 };
  }

  async slotsOfProjects(
    organizationId: string,
    integrationId: string,
    projectIds: readonly string[],
  ): Promise<readonly (SlotRecord | undefined)[]> {
    this.questions++;
    await this.before?.();
    return projectIds.map((projectId) => this.record({ organizationId, projectId, integrationId }));
  }

  private record(address: SlotAddress): SlotRecord {
    const keyId = this.keys.get(slotStream(address));
    const key = keyId === undefined ? null : aSlotKey(keyId);
    return {
      kind: 'slot',
      address,
      revision: 0n,
      sealed: null,
      sealedRevision: null,
      state: { ...EMPTY_SLOT, key },
    };
  }
}

function aSlotKey(keyId: string): NonNullable<SlotRecord['state']['key']> {
  return {
    keyId,
    version: 1,
    fingerprint: 'fp1_x',
    lastFour: null,
    credentialKind: 'api_key',
    setAt: '2026-03-01T12:00:00.000Z',
    setBy: 'alice',
  };
}
