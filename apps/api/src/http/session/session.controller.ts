import { LocalIssuer } from '@keyward/access';
import { Controller, HttpCode, Inject, Redirect, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Input, Operation, defineOperation } from '../operation/operation.decorator.js';
import type { InputOf } from '../operation/read-input.js';
import { contextOf } from '../server/request-context.js';
import { strictObject } from '../validation/fields.js';
import { returnPath } from './return-path.js';
import { sessionResponse, toSessionResponse, type SessionResponse } from './session.response.js';
import { Sessions } from './sessions.js';
import { SIGN_IN_ERRORS } from './sign-in-errors.js';
import { SignIn } from './sign-in.service.js';

const TAG = 'Session';

const GET_SESSION = defineOperation({
  operation: 'getSession',
  tag: TAG,
  summary: 'Tell who is signed in, and what they may do',
  description:
    'Of the session or of the token. Who is not signed in is told in `signIn` of the 401 where to, if anywhere.',
  answer: sessionResponse,
  answerDescription: 'Who it is.',
});

const SIGN_IN = defineOperation({
  operation: 'signIn',
  tag: TAG,
  summary: 'Sign in through the identity provider',
  description: `For a browser to go to. It comes back to \`return\`, or, where that failed, to /sign-in with \`signInError\`: ${SIGN_IN_ERRORS.join(', ')}.`,
  query: strictObject({
    return: returnPath.optional().describe('Path to come back to; / when left out.'),
  }),
  answer: 'redirect',
  answerDescription: 'To the provider, or back with what went wrong.',
  refusals: ['NOT_FOUND', 'INVALID_REQUEST', 'RATE_LIMITED', 'INTERNAL'],
});

const FINISH_SIGN_IN = defineOperation({
  operation: 'finishSignIn',
  tag: TAG,
  summary: 'Come back from the identity provider',
  description: 'Where the provider sends the browser; to be registered there as the redirect URI.',
  answer: 'redirect',
  answerDescription: 'Into the console, signed in, or with what went wrong.',
  refusals: ['NOT_FOUND', 'RATE_LIMITED', 'INTERNAL'],
});

const SIGN_OUT = defineOperation({
  operation: 'signOut',
  tag: TAG,
  summary: 'End the session of this browser',
  answer: z.strictObject({
    url: z
      .string()
      .nullable()
      .describe('Where to go to sign out of the provider too; null where there is no such place.'),
  }),
  answerDescription: 'There is no session any more.',
  refusals: ['FORBIDDEN', 'INVALID_REQUEST', 'RATE_LIMITED', 'INTERNAL'],
});

@Controller()
export class SessionController {
  constructor(
    private readonly sessions: Sessions,
    private readonly signIns: SignIn,
    @Inject(LocalIssuer) private readonly localIssuer: LocalIssuer | null,
  ) {}

  @Operation(GET_SESSION)
  read(@Req() request: FastifyRequest): SessionResponse {
    const { principal, name } = contextOf(request);
    return toSessionResponse(
      { principal: principal!, name: name ?? principal!.subject },
      this.localIssuer !== null,
    );
  }

  @Redirect()
  @Operation(SIGN_IN)
  async signIn(@Input() { query }: InputOf<typeof SIGN_IN>, @Res({ passthrough: true }) reply: FastifyReply) {
    return { url: await this.signIns.begin(query.return ?? '/', reply), statusCode: 303 };
  }

  @Redirect()
  @Operation(FINISH_SIGN_IN)
  async finish(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply) {
    return { url: await this.signIns.finish(request, reply), statusCode: 303 };
  }

  @HttpCode(200)
  @Operation(SIGN_OUT)
  async signOut(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply) {
    this.sessions.end(request, reply);
    return { url: await this.signIns.endSessionUrl() };
  }
}
