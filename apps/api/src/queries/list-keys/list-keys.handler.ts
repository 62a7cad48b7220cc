import { EventStore } from '@keyward/event-store';
import { Clock } from '@keyward/runtime';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { encodePosition } from '@keyward/contracts';
import type { AsOf } from '../reading/consistent-reader.js';
import { HistoryReader } from '../reading/history-reader.js';
import { unknownOrganization } from '../reading/known-tenants.js';
import { parseMoment } from '../reading/moment.js';
import { standingOf, type Standing } from '../reading/standing.js';
import { ListKeysQuery } from './list-keys.query.js';

@QueryHandler(ListKeysQuery)
export class ListKeysHandler implements IQueryHandler<ListKeysQuery> {
  constructor(
    private readonly history: HistoryReader,
    private readonly events: EventStore,
    private readonly clock: Clock,
  ) {}

  async execute({ organizationId, at: text }: ListKeysQuery): Promise<Standing & AsOf> {
    const at = text === undefined ? undefined : await this.momentOf(text);
    const { entries, ...asOf } = await this.history.lastOfEach({ organizationId, slots: 'all', at }, null);
    const standing = standingOf({ entries });
    if (!standing.registered) throw unknownOrganization('then');
    const { storeId } = this.events;
    // Of a moment that is a time: the last that had happened by then.
    const position =
      at === undefined ? asOf.position : encodePosition(storeId, entries.at(-1)!.event.position);
    return { ...standing, position };
  }

  private async momentOf(text: string) {
    const { storeId } = this.events;
    const moment = parseMoment(text, { storeId, head: await this.events.head(), time: this.clock.now() });
    return moment.kind === 'time' ? moment.time : moment.position;
  }
}
