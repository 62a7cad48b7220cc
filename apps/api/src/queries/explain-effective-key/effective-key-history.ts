import { START_OF_LOG, comparePositions, type LogPosition } from '@keyward/contracts';
import {
  keySlot,
  organization,
  organizationStream,
  project,
  projectStream,
  readStoredEvent,
  slotStream,
  type Decider,
} from '@keyward/domain';
import { EventStore } from '@keyward/event-store';
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
      this.fold(keySlot, slotStream({ organizationId, projectId: null, integrationId }), moment),
      this.fold(keySlot, slotStream({ organizationId, projectId, integrationId }), moment),
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
}

function latest(folded: readonly Folded<unknown>[]): LogPosition {
  return folded.reduce(
    (last, { position }) => (comparePositions(position, last) > 0 ? position : last),
    START_OF_LOG,
  );
}
