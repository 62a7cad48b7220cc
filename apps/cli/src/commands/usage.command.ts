import { printable, type Style } from '@keyward/runtime';
import type { Command } from 'commander';
import type { Run } from '../command-context.js';
import type { Json } from '../connection/api-answer.js';
import { idReader } from '../input/arguments.js';
import { table, type Cell } from '../output/table.js';
import { shortTime, stateCell, type KeyFacts } from './key-facts.js';
import { addReadOptions, consistencyOf, type ReadOptions } from './read-options.js';

interface Project {
  readonly projectId: string;
  readonly name: string;
}

interface Usage {
  readonly enabled: boolean;
  readonly key: KeyFacts | null;
  readonly using: readonly Project[];
  readonly overriding: readonly (Project & { readonly key: KeyFacts })[];
  readonly without: readonly (Project & { readonly reason: string })[];
  readonly uses: readonly Use[];
  readonly moreUses: boolean;
}

interface Use {
  readonly worker: string;
  readonly projectId: string;
  readonly version: number;
  readonly lastUsedAt: string;
  readonly count: number;
}

/** Organization and integration. */
type Ids = readonly [string, string];

export function addUsageCommand(program: Command, run: Run): void {
  const command = program
    .command('usage')
    .description(
      "tell which projects use an organization's key, which override it, which have none, and which workers were given it",
    )
    .argument('<org>', "the organization's id", idReader('<org>'))
    .argument('<integration>', 'the integration, such as openai', idReader('<integration>'));
  run(addReadOptions(command), async (context, [org, integration]: Ids, options: ReadOptions) => {
    const api = await context.api({ organizations: { [org]: 'admin' } });
    const path = ['v1', 'organizations', org, 'integrations', integration, 'key', 'usage'];
    const answer = await api.request({ method: 'GET', path, query: consistencyOf(options) });
    context.printer.answer(answer, (style) => textOf(style, answer, `${org} for ${integration}`));
  });
}

const HEAD = ['project', 'name', 'uses', 'key', 'version'];

function textOf(style: Style, answer: Json, slot: string): string {
  const usage = answer as unknown as Usage;
  const { key, using, overriding, without } = usage;
  const rows: Cell[][] = [
    ...using.map((project) => row(project, 'organization', key)),
    ...overriding.map((project) => row(project, 'its own', project.key)),
    ...without.map((project) => row(project, stateCell(style, project.reason), null)),
  ];
  const parts = [style.paint('bold', sentenceOf(usage, slot))];
  if (rows.length > 0) parts.push(table(style, HEAD, rows));
  parts.push(...workersText(style, usage));
  return parts.join('\n\n');
}

const WORKERS_HEAD = ['worker', 'project', 'version', 'last given', 'times'];

function workersText(style: Style, { uses, moreUses }: Usage): string[] {
  if (uses.length === 0) return [style.paint('dim', 'No worker was given it, as far as is recorded.')];
  const rows = uses.map(({ worker, projectId, version, lastUsedAt, count }) => [
    worker,
    projectId,
    version,
    shortTime(lastUsedAt),
    count,
  ]);
  const older = style.paint('dim', 'There are older ones.');
  return [table(style, WORKERS_HEAD, rows), ...(moreUses ? [older] : [])];
}

function row({ projectId, name }: Project, uses: Cell, key: KeyFacts | null): Cell[] {
  return [projectId, name, uses, key?.mask ?? null, key?.version ?? null];
}

function sentenceOf({ key, enabled, using }: Usage, slot: string): string {
  if (!key) return `No key of ${slot} is set.`;
  const named = `The key of ${slot}, ${printable(key.mask)}, version ${key.version},`;
  if (!enabled) return `${named} is switched off.`;
  return `${named} is used by ${using.length} ${using.length === 1 ? 'project' : 'projects'}.`;
}
