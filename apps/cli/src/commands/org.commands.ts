import { PLANS } from '@keyward/domain';
import type { Command } from 'commander';
import type { Run } from '../command-context.js';
import { idReader, oneOfReader } from '../input/arguments.js';
import { addWriteOptions, unchangedNote, writeHeaders, type WriteOptions } from './write-options.js';

interface PutOptions extends WriteOptions {
  readonly name: string;
  readonly plan: string;
}

interface OrganizationAnswer {
  readonly [field: string]: string | number | boolean;
  readonly organizationId: string;
  readonly name: string;
  readonly plan: string;
  readonly changed: boolean;
}

export function addOrgCommands(program: Command, run: Run): void {
  const org = program.command('org').description('organizations (platform admins)');
  const put = org
    .command('put')
    .description('register an organization, or change its name or plan')
    .argument('<org>', "the organization's id", idReader('<org>'))
    .requiredOption('--name <name>', 'its name, for people')
    .requiredOption('--plan <plan>', `one of ${PLANS.join(', ')}`, oneOfReader('--plan', PLANS));
  run(addWriteOptions(put), async (context, [id]: [string], options: PutOptions) => {
    const api = await context.api({ platformAdmin: true });
    const { name, plan } = options;
    const path = ['v1', 'organizations', id];
    const answer = await api.request({ method: 'PUT', path, body: { name, plan }, ...writeHeaders(options) });
    context.printer.answer(answer, () => sentenceOf(answer as OrganizationAnswer));
  });
}

function sentenceOf({ organizationId, name, plan, changed }: OrganizationAnswer): string {
  return `Organization ${organizationId} (${name}) is on the ${plan} plan.${unchangedNote(changed)}`;
}
