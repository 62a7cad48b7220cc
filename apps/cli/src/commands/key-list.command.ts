import type { Command } from 'commander';
import type { Style } from '@keyward/runtime';
import type { Run } from '../command-context.js';
import type { Json } from '../connection/api-answer.js';
import type { Need } from '../connection/sign-in.js';
import { idReader } from '../input/arguments.js';
import { table } from '../output/table.js';
import { effectiveCells, shortTime, stateCell, type EffectiveAnswer } from './key-facts.js';
import { addReadOptions, consistencyOf, type ReadOptions } from './read-options.js';

interface ListOptions extends ReadOptions {
  readonly project?: string;
  readonly all?: boolean;
}

interface OrganizationItem {
  readonly id: string;
  readonly state: string;
  readonly mask: string | null;
  readonly version: number | null;
  readonly setBy: string | null;
  readonly setAt: string | null;
  readonly lastUsedAt: string | null;
  readonly overridingProjects: number;
}

interface ProjectItem {
  readonly id: string;
  readonly effective: EffectiveAnswer;
  readonly lastUsedAt: string | null;
}

interface OrganizationListing {
  readonly items: readonly OrganizationItem[];
  readonly entitlement: { readonly allowed: boolean; readonly message?: string };
}

export function addKeyListCommand(key: Command, run: Run): void {
  const command = key
    .command('list')
    .description("list an organization's keys; with --project, what that project uses; never a secret")
    .argument('<org>', "the organization's id", idReader('<org>'))
    .option('--project <project>', 'what this project uses', idReader('--project'))
    .option('--all', 'integrations without a key too');
  run(addReadOptions(command), async (context, [org]: [string], options: ListOptions) => {
    const { project, all = false } = options;
    const api = await context.api(needOf(org, project));
    const inProject = project === undefined ? [] : ['projects', project];
    const path = ['v1', 'organizations', org, ...inProject, 'integrations'];
    const answer = await api.request({ method: 'GET', path, query: consistencyOf(options) });
    context.printer.answer(answer, (style) =>
      project === undefined ? organizationText(style, answer, all) : projectText(style, answer, all),
    );
  });
}

function needOf(org: string, project: string | undefined): Need {
  return project === undefined
    ? { organizations: { [org]: 'member' } }
    : { projects: { [`${org}/${project}`]: 'viewer' } };
}

const ORGANIZATION_HEAD = [
  'integration',
  'state',
  'key',
  'version',
  'set by',
  'set at',
  'last given',
  'overrides',
];

function organizationText(style: Style, answer: Json, all: boolean): string {
  const { items, entitlement } = answer as unknown as OrganizationListing;
  const shown = items.filter((item) => all || item.state !== 'not_set' || item.overridingProjects > 0);
  const rows = shown.map((item) => [
    item.id,
    stateCell(style, item.state),
    item.mask,
    item.version,
    item.setBy,
    item.setAt && shortTime(item.setAt),
    item.lastUsedAt && shortTime(item.lastUsedAt),
    item.overridingProjects || null,
  ]);
  const parts = [shown.length > 0 ? table(style, ORGANIZATION_HEAD, rows) : 'No key is set.'];
  if (shown.length < items.length) parts.push(othersNote(style, items.length - shown.length));
  if (!entitlement.allowed) parts.push(style.paint('yellow', entitlement.message ?? ''));
  return parts.join('\n');
}

const PROJECT_HEAD = ['integration', 'uses', 'key', 'version', 'set by', 'set at', 'last given'];

function projectText(style: Style, answer: Json, all: boolean): string {
  const { items } = answer as unknown as { readonly items: readonly ProjectItem[] };
  const shown = items.filter((item) => all || item.effective.reason !== 'not_set');
  const rows = shown.map(({ id, effective, lastUsedAt }) => [
    id,
    ...effectiveCells(style, effective),
    lastUsedAt && shortTime(lastUsedAt),
  ]);
  const parts = [shown.length > 0 ? table(style, PROJECT_HEAD, rows) : 'The project has no key to use.'];
  if (shown.length < items.length) parts.push(othersNote(style, items.length - shown.length));
  return parts.join('\n');
}

function othersNote(style: Style, count: number): string {
  return style.paint('dim', `${count} integrations have no key; --all lists them.`);
}
