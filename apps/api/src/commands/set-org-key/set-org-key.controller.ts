import { Controller, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { FastifyReply } from 'fastify';
import { answerPut } from '../../http/operation/answers.js';
import { Input, Operation, defineOperation } from '../../http/operation/operation.decorator.js';
import type { InputOf } from '../../http/operation/read-input.js';
import { SET_KEY_EXAMPLE } from '../key-slots/key.request.js';
import { keySetResponse } from '../key-slots/key.response.js';
import { withSecret } from '../key-slots/with-secret.js';
import { SetOrgKeyCommand } from './set-org-key.command.js';
import { setOrgKeyRequest } from './set-org-key.request.js';

const OPERATION = defineOperation({
  operation: 'setOrgKey',
  tag: 'Organization keys',
  summary: "Set the organization's key",
  description:
    'All projects of the organization use it, unless one has its own. Setting the value that is already set changes nothing and says so.',
  body: setOrgKeyRequest,
  example: SET_KEY_EXAMPLE,
  answer: keySetResponse,
  answerDescription: 'The version in force, and never the key.',
  createdDescription: 'The slot had no key before.',
  hasEtag: true,
  refusals: [
    'NOT_ENTITLED',
    'NOT_ROLLED_OUT',
    'UNKNOWN_ORGANIZATION',
    'UNKNOWN_INTEGRATION',
    'CREDENTIAL_KIND_NOT_SHAREABLE',
    'INVALID_KEY_FORMAT',
    'MASKED_VALUE',
  ],
});

@Controller()
export class SetOrgKeyController {
  constructor(private readonly commands: CommandBus) {}

  @Operation(OPERATION)
  async set(
    @Input() { path, body, request }: InputOf<typeof OPERATION>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const answer = await withSecret(body, (key) =>
      this.commands.execute(new SetOrgKeyCommand(path, key, request)),
    );
    return answerPut(reply, answer);
  }
}
