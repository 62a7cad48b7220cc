import type { Command } from 'commander';
import type { Style } from '@keyward/runtime';
import type { CommandContext, Run } from '../command-context.js';
import type { ApiClient } from '../connection/api-client.js';
import { usageError } from '../errors/cli-error.js';
import { idListReader, percentageReader } from '../input/arguments.js';
import { facts } from '../output/table.js';
import { addReadOptions, consistencyOf, type ReadOptions } from './read-options.js';
import {
  addIfMatchOption,
  addWriteOptions,
  unchangedNote,
  writeHeaders,
  type WriteOptions,
} from './write-options.js';

interface Rollout {
  readonly percentage: number;
  readonly include: readonly string[];
  readonly exclude: readonly string[];
}

type SetOptions = WriteOptions & Partial<Rollout>;

interface RolloutAnswer extends Rollout {
  readonly [field: string]: number | string | boolean | readonly string[] | undefined;
  readonly version: number;
  readonly changed?: boolean;
}

const PATH = ['v1', 'rollout'];

export function addRolloutCommands(program: Command, run: Run): void {
  const rollout = program
    .command('rollout')
    .description('which Enterprise organizations may set keys already (platform admins)');
  addShow(rollout, run);
  addSet(rollout, run);
  for (const [name, { description, change }] of Object.entries(LISTINGS)) {
    const command = rollout
      .command(name)
      .description(description)
      .argument('<orgs...>', 'ids of organizations', idListReader('<orgs>'));
    run(addIfMatchOption(command), async (context, [orgs]: [readonly string[]], options: WriteOptions) =>
      write(context, options, (now) => change(now, orgs)),
    );
  }
}

function addShow(rollout: Command, run: Run): void {
  const show = rollout.command('show').description('show the percentage and both lists');
  run(addReadOptions(show), async (context, _args: [], options: ReadOptions) => {
    const api = await context.api({ platformAdmin: true });
    const answer = await read(api, options);
    context.printer.answer(answer, (style) => textOf(style, answer));
  });
}

function addSet(rollout: Command, run: Run): void {
  const set = rollout
    .command('set')
    .description('replace what is given of the rollout, and leave the rest as it is')
    .option(
      '--percentage <number>',
      'share of all Enterprise organizations that are in, 0 to 100; raising it only ever adds',
      percentageReader('--percentage'),
    )
    .option(
      '--include <orgs>',
      'the whole list of those that are in anyway: ids with commas between; "" for none',
      idListReader('--include'),
    )
    .option(
      '--exclude <orgs>',
      'the whole list of those that are out anyway: ids with commas between; "" for none',
      idListReader('--exclude'),
    );
  run(addWriteOptions(set), async (context, _args: [], options: SetOptions) => {
    const { percentage, include, exclude } = options;
    const given = [percentage, include, exclude].filter((part) => part !== undefined).length;
    if (given === 0)
      throw usageError('Nothing to change was given: use --percentage, --include or --exclude.');
    // A change of a part depends on what the rest is by then, so its repeat need not be the same request.
    if (given < 3 && options.idempotencyKey !== undefined)
      throw usageError('--idempotency-key needs the whole rollout: --percentage, --include and --exclude.');
    await write(context, options, (now) => ({
      percentage: percentage ?? now.percentage,
      include: include ?? now.include,
      exclude: exclude ?? now.exclude,
    }));
  });
}

/** Both lists are kept apart, as an organization on both would be out. */
const LISTINGS = {
  include: {
    description: 'let organizations in, whatever the percentage',
    change: (now: Rollout, orgs: readonly string[]): Rollout => ({
      percentage: now.percentage,
      include: [...now.include, ...orgs],
      exclude: without(now.exclude, orgs),
    }),
  },
  exclude: {
    description: 'keep organizations out, whatever the percentage',
    change: (now: Rollout, orgs: readonly string[]): Rollout => ({
      percentage: now.percentage,
      include: without(now.include, orgs),
      exclude: [...now.exclude, ...orgs],
    }),
  },
  unlist: {
    description: 'take organizations off both lists, so that the percentage decides',
    change: (now: Rollout, orgs: readonly string[]): Rollout => ({
      percentage: now.percentage,
      include: without(now.include, orgs),
      exclude: without(now.exclude, orgs),
    }),
  },
};

function without(list: readonly string[], orgs: readonly string[]): string[] {
  return list.filter((id) => !orgs.includes(id));
}

async function read(api: ApiClient, options: ReadOptions): Promise<RolloutAnswer> {
  return (await api.request({ method: 'GET', path: PATH, query: consistencyOf(options) })) as RolloutAnswer;
}

async function write(
  context: CommandContext,
  options: WriteOptions,
  change: (now: Rollout) => Rollout,
): Promise<void> {
  const api = await context.api({ platformAdmin: true });
  const { version, ...now } = await read(api, {});
  const answer = (await api.request({
    method: 'PUT',
    path: PATH,
    body: { ...change(now) },
    // On the version that was read, so that nobody else's change in between is undone.
    ...(options.idempotencyKey === undefined ? { ifMatch: version } : {}),
    ...writeHeaders(options),
  })) as RolloutAnswer;
  context.printer.answer(answer, (style) => textOf(style, answer));
}

function textOf(
  style: Style,
  { percentage, include, exclude, version, changed = true }: RolloutAnswer,
): string {
  const list = facts(style, [
    ['percentage', percentage],
    ['include', include.join(', ') || null],
    ['exclude', exclude.join(', ') || null],
    ['version', version],
  ]);
  return changed ? list : `${list}\n${unchangedNote(changed).trim()}`;
}
