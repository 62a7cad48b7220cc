import { Controller, HttpCode } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { Input, Operation, defineOperation } from '../../http/operation/operation.decorator.js';
import type { InputOf } from '../../http/operation/read-input.js';
import { CHANGE_KEY_USE_EXAMPLE } from '../key-slots/key.request.js';
import { keyUseResponse } from '../key-slots/key.response.js';
import { RemoveOrgKeyCommand } from './remove-org-key.command.js';
import { removeOrgKeyRequest } from './remove-org-key.request.js';

const OPERATION = defineOperation({
  operation: 'removeOrgKey',
  tag: 'Organization keys',
  summary: "Remove the organization's key",
  description:
    'Projects without a key of their own have none then. It stays possible when the Enterprise plan is lost.',
  body: removeOrgKeyRequest,
  bodyOptional: true,
  example: CHANGE_KEY_USE_EXAMPLE,
  answer: keyUseResponse,
  answerDescription: 'The version that was removed.',
  refusals: ['UNKNOWN_ORGANIZATION', 'UNKNOWN_INTEGRATION', 'KEY_NOT_SET'],
});

@Controller()
export class RemoveOrgKeyController {
  constructor(private readonly commands: CommandBus) {}

  @HttpCode(200)
  @Operation(OPERATION)
  remove(@Input() { path, request }: InputOf<typeof OPERATION>) {
    return this.commands.execute(new RemoveOrgKeyCommand(path, request));
  }
}
