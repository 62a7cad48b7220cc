import { START_OF_LOG, comparePositions, type LogPosition } from '@keyward/contracts';
import {
  CHANGE_KIND_OF,
  keySlot,
  organization,
  organizationStream,
  project,
  projectStream,
  readStoredEvent,
  slotStream,
  type Decider,
  type KeySlotEvent,
  type SlotState,
} from '@keyward/domain';
import { EventStore, type ReadStreamOptions, type RecordedEvent } from '@keyward/event-store';
import { Clock } from '@keyward/runtime';
import { Injectable } from '@nestjs/common';
import { knownOrganization, knownProject } from '../reading/known-tenants.js';
import type { KeyAddress, SlotsAsOf } from './explain-effective-key.query.js';
import { isAtOrBefore, parseMoment, type Moment } from '../reading/moment.js';

interface Folded<State> {
  readonly state: State;
  readonly position: LogPosition;
}

/** What was in force at a moment, from the event log alone: the read model knows only the present. */
@Injectable()
export class EffectiveKeyHistory {
  constructor(
    private readonly events: EventStore,
    private readonly clock: Clock,
  ) {}

  /** @throws KeywardError INVALID_REQUEST for a moment that is none or is yet to come; UNKNOWN_... as of then. */
  async slotsAt({ organizationId, projectId, integrationId }: KeyAddress, at: string): Promise<SlotsAsOf> {
    const { storeId } = this.events;
    const moment = parseMoment(at, { storeId, head: await this.events.head(), time: this.clock.now() });
    const [organizationThen, projectThen, organizationSlot, projectSlot] = await Promise.all([
      this.fold(organization, organizationStream(organizationId), moment),
      this.fold(project, projectStream(organizationId, projectId), moment),
      this.foldSlot(slotStream({ organizationId, projectId: null, integrationId }), moment),
      this.foldSlot(slotStream({ organizationId, projectId, integrationId }), moment),
    ]);
    knownOrganization(organizationThen.state, 'then');
    knownProject(projectThen.state, 'then');
    const position =
      moment.kind === 'position'
        ? moment.position
        : latest([organizationThen, projectThen, organizationSlot, projectSlot]);
    return { slots: { organization: organizationSlot.state, project: projectSlot.state }, position };
  }

  private async fold<State>(
    { initialState, evolve }: Pick<Decider<never, State, never>, 'initialState' | 'evolve'>,
    stream: string,
    moment: Moment,
  ): Promise<Folded<State>> {
    let folded: Folded<State> = { state: initialState, position: START_OF_LOG };
    for await (const event of this.events.readStream(stream)) {
      if (!isAtOrBefore(event, moment)) break;
      folded = { state: evolve(folded.state, readStoredEvent(event) as never), position: event.position };
    }
    return folded;
  }

  /** Of a slot only the last set counts and what came after it, so that a key that was set 100,000 times is no slower. */
  private async foldSlot(stream: string, moment: Moment): Promise<Folded<SlotState>> {
    const since: RecordedEvent[] = [];
    const last = await this.lastAt(stream, moment);
    if (last) {
      const back = { direction: 'backwards', fromRevision: last.revision } as const;
      for await (const event of this.events.readStream(stream, back)) {
        since.push(event);
        if (isKeySet(event)) break;
      }
    }
    const state = since.reduceRight<SlotState>(
      (before, event) => keySlot.evolve(before, readStoredEvent(event) as KeySlotEvent),
      keySlot.initialState,
    );
    return { state, position: last?.position ?? START_OF_LOG };
  }

  /** By bisection: a stream's events follow one another in the log, and by its clock. */
  private async lastAt(stream: string, moment: Moment): Promise<RecordedEvent | undefined> {
    const newest = await this.one(stream, { direction: 'backwards' });
    if (!newest || isAtOrBefore(newest, moment)) return newest;
    let [found, before, after]: [RecordedEvent | undefined, bigint, bigint] = [
      undefined,
      -1n,
      newest.revision,
    ];
    while (after - before > 1n) {
      const revision = (before + after) / 2n;
      const event = (await this.one(stream, { fromRevision: revision }))!;
      if (isAtOrBefore(event, moment)) [found, before] = [event, revision];
      else after = revision;
    }
    return found;
  }

  private async one(stream: string, options: ReadStreamOptions): Promise<RecordedEvent | undefined> {
    for await (const event of this.events.readStream(stream, { ...options, maxCount: 1 })) return event;
    return undefined;
  }
}

/** What a slot is after a set does not depend on what it was. */
function isKeySet({ type }: RecordedEvent): boolean {
  return CHANGE_KIND_OF[type as KeySlotEvent['type']] === 'set';
}

function latest(folded: readonly Folded<unknown>[]): LogPosition {
  return folded.reduce(
    (last, { position }) => (comparePositions(position, last) > 0 ? position : last),
    START_OF_LOG,
  );
}
