import { Controller, HttpCode } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { Input, Operation, defineOperation } from '../../http/operation/operation.decorator.js';
import type { InputOf } from '../../http/operation/read-input.js';
import { CHANGE_KEY_USE_EXAMPLE } from '../key-slots/key.request.js';
import { keyUseResponse } from '../key-slots/key.response.js';
import { DisableOrgKeyCommand } from './disable-org-key.command.js';
import { disableOrgKeyRequest } from './disable-org-key.request.js';

const OPERATION = defineOperation({
  operation: 'disableOrgKey',
  tag: 'Organization keys',
  summary: "Switch the organization's key off",
  description:
    "The key is kept and not used until it is switched on again; a project's own key is untouched.",
  body: disableOrgKeyRequest,
  bodyOptional: true,
  example: CHANGE_KEY_USE_EXAMPLE,
  answer: keyUseResponse,
  answerDescription: 'The key is off.',
  refusals: ['UNKNOWN_ORGANIZATION', 'UNKNOWN_INTEGRATION', 'KEY_NOT_SET'],
});

@Controller()
export class DisableOrgKeyController {
  constructor(private readonly commands: CommandBus) {}

  @HttpCode(200)
  @Operation(OPERATION)
  disable(@Input() { path, request }: InputOf<typeof OPERATION>) {
    return this.commands.execute(new DisableOrgKeyCommand(path, request));
  }
}
