import { Controller, HttpCode } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { Input, Operation, defineOperation } from '../../http/operation/operation.decorator.js';
import type { InputOf } from '../../http/operation/read-input.js';
import { CHANGE_KEY_USE_EXAMPLE } from '../key-slots/key.request.js';
import { keyUseResponse } from '../key-slots/key.response.js';
import { RemoveProjectKeyCommand } from './remove-project-key.command.js';
import { removeProjectKeyRequest } from './remove-project-key.request.js';

const OPERATION = defineOperation({
  operation: 'removeProjectKey',
  tag: 'Project keys',
  summary: "Remove the project's own key",
  description: "The project uses the organization's key again, if there is one.",
  body: removeProjectKeyRequest,
  bodyOptional: true,
  example: CHANGE_KEY_USE_EXAMPLE,
  answer: keyUseResponse,
  answerDescription: 'The version that was removed.',
  refusals: ['UNKNOWN_ORGANIZATION', 'UNKNOWN_PROJECT', 'UNKNOWN_INTEGRATION', 'KEY_NOT_SET'],
});

@Controller()
export class RemoveProjectKeyController {
  constructor(private readonly commands: CommandBus) {}

  @HttpCode(200)
  @Operation(OPERATION)
  remove(@Input() { path, request }: InputOf<typeof OPERATION>) {
    return this.commands.execute(new RemoveProjectKeyCommand(path, request));
  }
}
