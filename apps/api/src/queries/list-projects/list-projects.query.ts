import { Query } from '@nestjs/cqrs';
import type { AsOf, Requirement } from '../reading/consistent-reader.js';

export interface ListedProject {
  readonly id: string;
  readonly name: string;
}

export interface ProjectsPage {
  readonly projects: readonly ListedProject[];
  readonly more: boolean;
}

export class ListProjectsQuery extends Query<ProjectsPage & AsOf> {
  constructor(
    readonly organizationId: string,
    /** Only ids after this one. */
    readonly page: { readonly after: string; readonly limit: number },
    readonly requirement: Requirement,
  ) {
    super();
  }
}
