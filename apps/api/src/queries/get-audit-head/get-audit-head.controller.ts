import { Controller } from '@nestjs/common';
import { HeadChains } from '../../audit/head-chains.js';
import { Input, Operation, defineOperation } from '../../http/operation/operation.decorator.js';
import type { InputOf } from '../../http/operation/read-input.js';
import { signedHead, toSignedHead } from '../reading/audit.response.js';

const COMMON = {
  tag: 'Audit',
  description:
    'Signed by Keyward, and in the event log before it is given away. Where nothing has come since the last head, it is that one. Keep it ' +
    'where Keyward cannot write: whoever has it can show later that no event before it was altered.',
  answer: signedHead,
  answerDescription: 'The head of all that is in the log now.',
} as const;

const OF_ORGANIZATION = defineOperation({
  ...COMMON,
  operation: 'getAuditHead',
  summary: "Read the signed head of the organization's audit log",
  refusals: ['UNKNOWN_ORGANIZATION', 'STALE_READ_MODEL', 'AUDIT_LOG_ALTERED'],
});

const OF_PLATFORM = defineOperation({
  ...COMMON,
  operation: 'getPlatformAuditHead',
  summary: "Read the signed head of the platform's audit log",
  refusals: ['STALE_READ_MODEL', 'AUDIT_LOG_ALTERED'],
});

@Controller()
export class GetAuditHeadController {
  constructor(private readonly chains: HeadChains) {}

  @Operation(OF_ORGANIZATION)
  async ofOrganization(@Input() { path }: InputOf<typeof OF_ORGANIZATION>) {
    return toSignedHead(await this.chains.current(path.organizationId));
  }

  @Operation(OF_PLATFORM)
  async ofPlatform() {
    return toSignedHead(await this.chains.current(null));
  }
}
