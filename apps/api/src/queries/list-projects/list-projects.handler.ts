import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { AsOf } from '../reading/consistent-reader.js';
import { HistoryReader } from '../reading/history-reader.js';
import { standingOf } from '../reading/standing.js';
import { ListProjectsQuery, type ProjectsPage } from './list-projects.query.js';

@QueryHandler(ListProjectsQuery)
export class ListProjectsHandler implements IQueryHandler<ListProjectsQuery> {
  constructor(private readonly history: HistoryReader) {}

  async execute({ organizationId, page, requirement }: ListProjectsQuery): Promise<ProjectsPage & AsOf> {
    const { entries, ...asOf } = await this.history.lastOfEach(
      { organizationId, slots: 'none' },
      requirement,
    );
    const after = [...standingOf({ entries }).projects].filter(([id]) => id > page.after);
    const projects = after.slice(0, page.limit).map(([id, name]) => ({ id, name }));
    return { projects, more: after.length > projects.length, ...asOf };
  }
}
