import { comparePositions, type LogPosition } from '@keyward/contracts';
import type { SlotAddress } from '@keyward/domain';
import type { ReadModel, SlotRecord } from '@keyward/read-model';
import type { ChangeWindow } from '../window/change-window.js';
import type { WindowEntry } from '../window/window-entry.js';

export interface OverrideJudgeOptions {
  readonly window: ChangeWindow;
  readonly readModel: Pick<ReadModel, 'status' | 'slotsOfProjects'>;
  /** How long a change may wait for the read model. @defaultValue 200 ms */
  readonly timeoutMs?: number;
}

/**
 * Says which projects had a key of their own when their organization's slot changed, and so are not
 * affected. What it cannot know for certain counts as affected: a change too many is harmless, one
 * too few leaves a worker with a dead key.
 *
 * Most it knows from the changes in the window. A slot that no change there is about is asked of the
 * read model: its answer holds for the moment of the change, because nothing changed the slot in
 * between, provided that the window has seen everything which the read model had.
 */
export class OverrideJudge {
  private readonly window: ChangeWindow;
  private readonly readModel: Pick<ReadModel, 'status' | 'slotsOfProjects'>;
  private readonly timeoutMs: number;
  private readonly underWay = new WeakMap<WindowEntry, Promise<void>>();

  constructor({ window, readModel, timeoutMs = 200 }: OverrideJudgeOptions) {
    this.window = window;
    this.readModel = readModel;
    this.timeoutMs = timeoutMs;
  }

  /** The affected ones among the projects; undefined until {@link judge} has been asked about all of them. */
  affected({ overrides }: WindowEntry, projectIds: readonly string[]): readonly string[] | undefined {
    const affected: string[] = [];
    for (const projectId of projectIds) {
      const override = overrides.get(projectId);
      if (override === undefined) return undefined;
      if (!override) affected.push(projectId);
    }
    return affected;
  }

  /** Decides about the projects. Undefined when that is done at once; never rejects. */
  judge(entry: WindowEntry, projectIds: Iterable<string>): Promise<void> | undefined {
    const asking = this.decideFromWindow(entry, projectIds);
    if (asking.length === 0) return undefined;
    // One question at a time per change: the next one finds more of it answered.
    const before = this.underWay.get(entry);
    const asked = before ? before.then(() => this.judge(entry, asking)) : this.ask(entry, asking);
    this.underWay.set(entry, asked);
    return asked;
  }

  /** Answers those about which the window says nothing. */
  private decideFromWindow(entry: WindowEntry, projectIds: Iterable<string>): string[] {
    const untouched: string[] = [];
    for (const projectId of projectIds) {
      if (entry.overrides.has(projectId)) continue;
      const past = this.window.pasts.before(entry.change.position, slotOf(entry, projectId));
      if (past === 'untouched') untouched.push(projectId);
      else entry.overrides.set(projectId, past === 'key');
    }
    return untouched;
  }

  private async ask(entry: WindowEntry, projectIds: readonly string[]): Promise<void> {
    const timeout = new AbortController();
    const timer = setTimeout(() => timeout.abort(), this.timeoutMs);
    const gaveUp = new Promise<void>((resolve) => timeout.signal.addEventListener('abort', () => resolve()));
    try {
      await Promise.race([this.askReadModel(entry, projectIds, timeout.signal), gaveUp]);
    } catch {
      // Out of reach: below, what is undecided counts as affected.
    } finally {
      clearTimeout(timer);
      timeout.abort();
      this.underWay.delete(entry);
    }
    for (const projectId of projectIds) {
      if (!entry.overrides.has(projectId)) entry.overrides.set(projectId, false);
    }
  }

  private async askReadModel(
    entry: WindowEntry,
    projectIds: readonly string[],
    signal: AbortSignal,
  ): Promise<void> {
    const { organizationId, integrationId } = entry.change;
    const before = await this.readModel.status();
    if (!before.ready) return;
    const slots = await this.readModel.slotsOfProjects(organizationId, integrationId, projectIds);
    const { position: asOf } = await this.readModel.status();
    if (slots.some(hasKey)) await this.window.reaches(asOf, signal);
    if (signal.aborted) return;
    // Again, because changes may have come meanwhile.
    const untouched = new Set(this.decideFromWindow(entry, projectIds));
    if (!this.covers(before.position)) return;
    projectIds.forEach((projectId, i) => {
      if (untouched.has(projectId)) entry.overrides.set(projectId, hasKey(slots[i]));
    });
  }

  /** Whether the window knows of every change after a position. */
  private covers(position: LogPosition): boolean {
    return comparePositions(position, this.window.pasts.knownFrom) >= 0;
  }
}

function slotOf({ change }: WindowEntry, projectId: string): SlotAddress {
  return { organizationId: change.organizationId, projectId, integrationId: change.integrationId };
}

function hasKey(slot: SlotRecord | undefined): boolean {
  return slot !== undefined && slot.state.key !== null;
}
