import { Controller, HttpCode } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { Input, Operation, defineOperation } from '../../http/operation/operation.decorator.js';
import type { InputOf } from '../../http/operation/read-input.js';
import { CHANGE_KEY_USE_EXAMPLE } from '../key-slots/key.request.js';
import { keyDestroyedResponse } from '../key-slots/key.response.js';
import { DestroyOrgKeyVersionCommand } from './destroy-org-key-version.command.js';
import { destroyOrgKeyVersionRequest } from './destroy-org-key-version.request.js';

const OPERATION = defineOperation({
  operation: 'destroyOrgKeyVersion',
  tag: 'Organization keys',
  summary: "Destroy a version of the organization's key at once",
  description:
    'For a version that was replaced or removed, before the retention does it: its sealed bytes are deleted and cannot be brought back. The present version is refused. The history keeps the fact.',
  body: destroyOrgKeyVersionRequest,
  bodyOptional: true,
  example: CHANGE_KEY_USE_EXAMPLE,
  answer: keyDestroyedResponse,
  answerDescription: 'The version that was destroyed.',
  refusals: ['UNKNOWN_ORGANIZATION', 'UNKNOWN_INTEGRATION', 'UNKNOWN_KEY_VERSION', 'KEY_VERSION_IN_USE'],
});

@Controller()
export class DestroyOrgKeyVersionController {
  constructor(private readonly commands: CommandBus) {}

  @HttpCode(200)
  @Operation(OPERATION)
  destroy(@Input() { path: { version, ...slot }, request }: InputOf<typeof OPERATION>) {
    return this.commands.execute(new DestroyOrgKeyVersionCommand(slot, version, request));
  }
}
