import type { Command } from 'commander';
import type { Style } from '@keyward/runtime';
import type { Run } from '../command-context.js';
import { usageError } from '../errors/cli-error.js';
import { idListReader, percentageReader } from '../input/arguments.js';
import { facts } from '../output/table.js';
import { addWriteOptions, unchangedNote, writeHeaders, type WriteOptions } from './write-options.js';

interface SetOptions extends WriteOptions {
  readonly percentage?: number;
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
  readonly clearInclude?: boolean;
  readonly clearExclude?: boolean;
}

interface Rollout {
  readonly [field: string]: number | string | boolean | readonly string[] | undefined;
  readonly percentage: number;
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  readonly version: number;
  readonly changed?: boolean;
}

const PATH = ['v1', 'rollout'];

export function addRolloutCommands(program: Command, run: Run): void {
  const rollout = program.command('rollout').description('the gradual rollout (platform admins)');
  run(rollout.command('get').description('show the rollout'), async (context) => {
    const api = await context.api({ platformAdmin: true });
    const answer = await api.request({ method: 'GET', path: PATH });
    context.printer.answer(answer, (style) => textOf(style, answer as Rollout));
  });
  const set = rollout
    .command('set')
    .description('change what is given of the rollout, and leave the rest as it is')
    .option(
      '--percentage <number>',
      'share of all Enterprise organizations that are in, 0 to 100',
      percentageReader('--percentage'),
    )
    .option(
      '--include <orgs>',
      'the organizations that are in anyway: ids with commas between, all of them',
      idListReader('--include'),
    )
    .option(
      '--exclude <orgs>',
      'the organizations that are out anyway: ids with commas between, all of them',
      idListReader('--exclude'),
    )
    .option('--clear-include', 'no organization is in anyway')
    .option('--clear-exclude', 'no organization is out anyway');
  run(addWriteOptions(set), async (context, options: SetOptions) => {
    checkOptions(options);
    const api = await context.api({ platformAdmin: true });
    const now = (await api.request({
      method: 'GET',
      path: PATH,
      query: { fully_consistent: 'true' },
    })) as Rollout;
    // On the version that was read, so that nobody else's change in between is undone.
    const headers = { ifMatch: now.version, ...writeHeaders(options) };
    const answer = await api.request({ method: 'PUT', path: PATH, body: merged(now, options), ...headers });
    context.printer.answer(answer, (style) => textOf(style, answer as Rollout));
  });
}

function checkOptions({ percentage, include, exclude, clearInclude, clearExclude }: SetOptions): void {
  if ((include && clearInclude) || (exclude && clearExclude)) {
    throw usageError('A list is either given or cleared, not both.');
  }
  if (percentage === undefined && !include && !exclude && !clearInclude && !clearExclude) {
    throw usageError('Nothing to change was given: use --percentage, --include or --exclude.');
  }
}

function merged(now: Rollout, { percentage, include, exclude, clearInclude, clearExclude }: SetOptions) {
  return {
    percentage: percentage ?? now.percentage,
    include: clearInclude ? [] : (include ?? now.include),
    exclude: clearExclude ? [] : (exclude ?? now.exclude),
  };
}

function textOf(style: Style, { percentage, include, exclude, version, changed = true }: Rollout): string {
  const list = facts(style, [
    ['percentage', percentage],
    ['include', include.join(', ') || null],
    ['exclude', exclude.join(', ') || null],
    ['version', version],
  ]);
  return `${list}${unchangedNote(changed) && `\n${unchangedNote(changed).trim()}`}`;
}
