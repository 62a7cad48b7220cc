import type { Plan } from '@keyward/domain';
import { Command } from '@nestjs/cqrs';
import type { WriteAnswer, WriteRequest } from '../../write-side/write-request.js';

export interface OrganizationAnswer {
  readonly organizationId: string;
  readonly name: string;
  readonly plan: Plan;
  readonly version: number;
  readonly created: boolean;
}

/** Registers an organization, or changes its name and plan. */
export class PutOrganizationCommand extends Command<OrganizationAnswer & WriteAnswer> {
  constructor(
    readonly organization: { readonly organizationId: string; readonly name: string; readonly plan: Plan },
    readonly request: WriteRequest,
  ) {
    super();
  }
}
