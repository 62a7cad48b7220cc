import type { Command } from 'commander';
import type { CommandContext, Run } from '../command-context.js';
import type { ApiRequest } from '../connection/api-client.js';
import { idReader } from '../input/arguments.js';
import { addWriteOptions, unchangedNote, writeHeaders, type WriteOptions } from './write-options.js';

interface PutOptions extends WriteOptions {
  readonly name: string;
}

/** Organization and project. */
type Ids = readonly [string, string];

interface ProjectAnswer {
  readonly [field: string]: string | number | boolean;
  readonly organizationId: string;
  readonly projectId: string;
  readonly name: string;
  readonly archived: boolean;
  readonly changed: boolean;
}

export function addProjectCommands(program: Command, run: Run): void {
  const project = program.command('project').description('projects (platform admins)');
  const put = project
    .command('put')
    .description(
      'register a project, or rename it; an archived one is registered again, with the keys it had',
    )
    .requiredOption('--name <name>', 'its name, for people');
  run(withIds(put), (context, ids: Ids, options: PutOptions) =>
    write(context, ids, { method: 'PUT', body: { name: options.name }, ...writeHeaders(options) }),
  );
  const archive = project
    .command('archive')
    .description('archive a project: lookups of its keys are refused until it is registered again');
  run(withIds(archive), (context, ids: Ids, options: WriteOptions) =>
    write(context, ids, { method: 'DELETE', ...writeHeaders(options) }),
  );
}

function withIds(command: Command): Command {
  command
    .argument('<org>', "the organization's id", idReader('<org>'))
    .argument('<project>', "the project's id", idReader('<project>'));
  return addWriteOptions(command);
}

async function write(
  context: CommandContext,
  [org, project]: Ids,
  request: Omit<ApiRequest, 'path'>,
): Promise<void> {
  const api = await context.api({ platformAdmin: true });
  const answer = await api.request({ ...request, path: ['v1', 'organizations', org, 'projects', project] });
  context.printer.answer(answer, () => sentenceOf(answer as ProjectAnswer));
}

function sentenceOf({ organizationId, projectId, name, archived, changed }: ProjectAnswer): string {
  const state = archived ? 'archived' : 'registered';
  return `Project ${organizationId}/${projectId} (${name}) is ${state}.${unchangedNote(changed)}`;
}
