import { Controller, HttpCode } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { Input, Operation, defineOperation } from '../../http/operation/operation.decorator.js';
import type { InputOf } from '../../http/operation/read-input.js';
import { CHANGE_KEY_USE_EXAMPLE } from '../key-slots/key.request.js';
import { keyUseResponse } from '../key-slots/key.response.js';
import { EnableOrgKeyCommand } from './enable-org-key.command.js';
import { enableOrgKeyRequest } from './enable-org-key.request.js';

const OPERATION = defineOperation({
  operation: 'enableOrgKey',
  tag: 'Organization keys',
  summary: "Switch the organization's key on",
  description: 'The key that was kept is used again, without typing it again.',
  body: enableOrgKeyRequest,
  bodyOptional: true,
  example: CHANGE_KEY_USE_EXAMPLE,
  answer: keyUseResponse,
  answerDescription: 'The key is on.',
  refusals: ['NOT_ENTITLED', 'NOT_ROLLED_OUT', 'UNKNOWN_ORGANIZATION', 'UNKNOWN_INTEGRATION', 'KEY_NOT_SET'],
});

@Controller()
export class EnableOrgKeyController {
  constructor(private readonly commands: CommandBus) {}

  @HttpCode(200)
  @Operation(OPERATION)
  enable(@Input() { path, request }: InputOf<typeof OPERATION>) {
    return this.commands.execute(new EnableOrgKeyCommand(path, request));
  }
}
