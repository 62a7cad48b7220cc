import type { Command } from 'commander';
import type { CommandContext, Run } from '../command-context.js';
import type { Json } from '../connection/api-answer.js';
import { idReader, versionReader } from '../input/arguments.js';
import { nameOf, pathOf, type Slot } from './key-slot.js';
import { addIdempotencyOption, unchangedNote, writeHeaders, type WriteOptions } from './write-options.js';

interface ShredOptions extends WriteOptions {
  readonly project?: string;
  readonly reason?: string;
}

/** Organization, integration and version. */
type Arguments = readonly [string, string, number];

interface ShredAnswer {
  readonly [field: string]: Json;
  readonly changed: boolean;
}

export function addShredCommand(program: Command, run: Run): void {
  const command = program
    .command('shred')
    .description(
      'destroy for good a version of a key that was replaced or removed, before its retention is over (owners and admins)',
    )
    .argument('<org>', "the organization's id", idReader('<org>'))
    .argument('<integration>', 'the integration, such as openai', idReader('<integration>'))
    .argument('<version>', 'the version, as the history shows it', versionReader('<version>'))
    .option('--project <project>', "a version of this project's own key", idReader('--project'))
    .option('--reason <text>', 'why; kept in the history');
  run(
    addIdempotencyOption(command),
    async (context, [org, integration, version]: Arguments, options: ShredOptions) =>
      shred(context, { org, integration, project: options.project }, version, options),
  );
}

async function shred(
  context: CommandContext,
  slot: Slot,
  version: number,
  options: ShredOptions,
): Promise<void> {
  const { org, project } = slot;
  const need =
    project === undefined
      ? { organizations: { [org]: 'admin' as const } }
      : { projects: { [`${org}/${project}`]: 'admin' as const } };
  const api = await context.api(need);
  const { reason } = options;
  const answer = (await api.request({
    method: 'DELETE',
    path: [...pathOf(slot), 'versions', String(version)],
    ...(reason === undefined ? {} : { body: { reason } }),
    ...writeHeaders(options),
  })) as ShredAnswer;
  context.printer.answer(
    answer,
    () => `Destroyed version ${version} of ${nameOf(slot)}.${unchangedNote(answer.changed)}`,
  );
}
