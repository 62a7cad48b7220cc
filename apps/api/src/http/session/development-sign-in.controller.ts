import { LocalIssuer, ORGANIZATION_ROLES, PROJECT_ROLES, TokenVerifier, projectPath } from '@keyward/access';
import { Controller, HttpCode, Inject, Logger, Res, type OnApplicationBootstrap } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { Input, Operation, defineOperation } from '../operation/operation.decorator.js';
import type { InputOf } from '../operation/read-input.js';
import { notFound } from '../problems/to-keyward-error.js';
import { id, oneOf, strictObject, subject } from '../validation/fields.js';
import { invalidRequest } from '../validation/violations.js';
import { sessionResponse, toSessionResponse, type SessionResponse } from './session.response.js';
import { Sessions } from './sessions.js';
import { SIGN_IN_MODE, type SignInMode } from './sign-in-mode.js';

const DEFAULT_TTL_SECONDS = 8 * 60 * 60;
const MAX_TTL_SECONDS = 30 * 24 * 60 * 60;
const TTL_RULE = `must be a whole number of seconds from 1 to ${MAX_TTL_SECONDS}`;
const LIST_RULE = 'must be a list that names none twice';

const organizations = z
  .array(strictObject({ id, role: oneOf(ORGANIZATION_ROLES) }), { error: () => LIST_RULE })
  .refine((list) => new Set(list.map((item) => item.id)).size === list.length, { error: () => LIST_RULE });
const projects = z
  .array(strictObject({ organizationId: id, id, role: oneOf(PROJECT_ROLES) }), { error: () => LIST_RULE })
  .refine(
    (list) => new Set(list.map((item) => projectPath(item.organizationId, item.id))).size === list.length,
    { error: () => LIST_RULE },
  );

const OPERATION = defineOperation({
  operation: 'signInForDevelopment',
  tag: 'Session',
  summary: 'Sign in as anybody, for development',
  description:
    'By the local issuer. Only where KEYWARD_DEVELOPMENT_SIGN_IN allows it, and for the console on this machine; for all others there is nothing here.',
  body: strictObject({
    subject,
    platformAdmin: z.boolean({ error: () => 'must be true or false' }).optional(),
    organizations: organizations.optional(),
    projects: projects.optional(),
    ttl: z
      .int({ error: () => TTL_RULE })
      .min(1, { error: () => TTL_RULE })
      .max(MAX_TTL_SECONDS, { error: () => TTL_RULE })
      .optional()
      .describe(
        `Seconds; ${DEFAULT_TTL_SECONDS} when left out, and no longer than KEYWARD_SESSION_LIFETIME.`,
      ),
  }),
  example: { subject: 'alice', organizations: [{ id: 'acme', role: 'admin' }], projects: [] },
  answer: sessionResponse,
  answerDescription: 'Who is signed in now.',
  refusals: [
    'NOT_FOUND',
    'INVALID_REQUEST',
    'PAYLOAD_TOO_LARGE',
    'UNSUPPORTED_MEDIA_TYPE',
    'RATE_LIMITED',
    'INTERNAL',
  ],
});

/** Reached by the console on this machine alone, where the settings allow it: see Authentication. */
@Controller()
export class DevelopmentSignInController implements OnApplicationBootstrap {
  private readonly logger = new Logger('sign-in');

  constructor(
    private readonly sessions: Sessions,
    private readonly tokens: TokenVerifier,
    @Inject(LocalIssuer) private readonly issuer: LocalIssuer | null,
    @Inject(SIGN_IN_MODE) private readonly mode: SignInMode,
  ) {}

  onApplicationBootstrap(): void {
    if (this.mode.kind === 'development')
      this.logger.warn(
        'Whoever reaches the HTTP port on this machine may sign in to the console as anybody: KEYWARD_DEVELOPMENT_SIGN_IN is on.',
      );
  }

  @HttpCode(200)
  @Operation(OPERATION)
  async signIn(
    @Input() { body }: InputOf<typeof OPERATION>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SessionResponse> {
    if (!this.issuer) throw notFound();
    const token = await this.issuer.issue({
      subject: body.subject,
      ttlSeconds: body.ttl ?? DEFAULT_TTL_SECONDS,
      platformAdmin: body.platformAdmin ?? false,
      organizations: Object.fromEntries((body.organizations ?? []).map(({ id, role }) => [id, role])),
      projects: Object.fromEntries(
        (body.projects ?? []).map((item) => [projectPath(item.organizationId, item.id), item.role]),
      ),
    });
    const session = await this.sessions.begin(reply, await this.tokens.verify(token));
    if (session) return toSessionResponse(session, true);
    const rule = 'has more roles than fit into the cookie of a session: leave some out';
    throw invalidRequest([{ field: 'body', rule }]);
  }
}
