import { ReadModel } from '@keyward/read-model';
import { Controller, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Input, Operation, defineOperation } from '../../http/operation/operation.decorator.js';
import type { InputOf } from '../../http/operation/read-input.js';
import { contextOf } from '../../http/server/request-context.js';
import { ConsistentReader } from '../reading/consistent-reader.js';
import { knownOrganization, knownProject } from '../reading/known-tenants.js';
import type { FeedScope } from './change-feed.js';
import { ChangeFeeds } from './change-feeds.service.js';

const ANSWER = {
  tag: 'History',
  answer: z.string(),
  answerType: 'text/event-stream',
  answerDescription:
    'Server-sent events, each with JSON: `ready` with the `position` from which on changes are told; `change` with ' +
    '`position`, `kind`, `projectId`, `integrationId`, never a key; `applied` with the `position` that lookups see now and ' +
    'how many `milliseconds` that took; `used` when workers were given keys. It ends with the token: open it again and read everything anew.',
} as const;

const ORGANIZATION = defineOperation({
  ...ANSWER,
  operation: 'watchOrganization',
  summary: 'Be told of changes in the organization',
  refusals: ['UNKNOWN_ORGANIZATION', 'STALE_READ_MODEL'],
});

const PROJECT = defineOperation({
  ...ANSWER,
  operation: 'watchProject',
  summary: 'Be told of changes that concern the project',
  refusals: ['UNKNOWN_ORGANIZATION', 'UNKNOWN_PROJECT', 'STALE_READ_MODEL'],
});

/** For screens. Workers watch by gRPC, where nothing is missed. */
@Controller()
export class WatchOrganizationController {
  constructor(
    private readonly feeds: ChangeFeeds,
    private readonly reader: ConsistentReader,
    private readonly readModel: ReadModel,
  ) {}

  @Operation(ORGANIZATION)
  async watchOrganization(
    @Input() { path }: InputOf<typeof ORGANIZATION>,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { organizationId } = path;
    const { organization } = await this.reader.read(null, async () => ({
      organization: await this.readModel.organization(organizationId),
    }));
    knownOrganization(organization?.state);
    await this.answer({ organizationId, projectId: null }, request, reply);
  }

  @Operation(PROJECT)
  async watchProject(
    @Input() { path }: InputOf<typeof PROJECT>,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { organizationId, projectId } = path;
    const found = await this.reader.read(null, async () => {
      const [organization, project] = await Promise.all([
        this.readModel.organization(organizationId),
        this.readModel.project(organizationId, projectId),
      ]);
      return { organization, project };
    });
    knownOrganization(found.organization?.state);
    knownProject(found.project?.state);
    await this.answer({ organizationId, projectId }, request, reply);
  }

  private async answer(scope: FeedScope, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const feed = await this.feeds.open(scope, contextOf(request).principal!);
    // What stands between must pass each event on at once.
    void reply.type('text/event-stream').header('X-Accel-Buffering', 'no').send(feed);
  }
}
