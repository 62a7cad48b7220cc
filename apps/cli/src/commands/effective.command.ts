import type { Command } from 'commander';
import type { Style } from '@keyward/runtime';
import type { Run } from '../command-context.js';
import type { Json } from '../connection/api-answer.js';
import { idReader } from '../input/arguments.js';
import { table } from '../output/table.js';
import { shortTime, stateCell, type EffectiveAnswer, type KeyFacts } from './key-facts.js';

interface Explanation extends EffectiveAnswer {
  readonly candidates: readonly {
    readonly source: string;
    readonly verdict: string;
    readonly why: string;
    readonly key: KeyFacts | null;
  }[];
}

interface Ids {
  readonly org: string;
  readonly project: string;
  readonly integration: string;
  readonly at: string | undefined;
}

export function addEffectiveCommand(program: Command, run: Run): void {
  const command = program
    .command('effective')
    .description('tell which key a project uses for an integration, and why. Never the secret')
    .argument('<org>', "the organization's id", idReader('<org>'))
    .argument('<project>', "the project's id", idReader('<project>'))
    .argument('<integration>', 'the integration, such as openai', idReader('<integration>'))
    .option('--at <moment>', 'as of a time (RFC 3339, such as 2026-03-31T12:00:00Z) or a position');
  run(
    command,
    async (context, org: string, project: string, integration: string, { at }: { readonly at?: string }) => {
      const api = await context.api({ projects: { [`${org}/${project}`]: 'viewer' } });
      const path = [
        'v1',
        'organizations',
        org,
        'projects',
        project,
        'integrations',
        integration,
        'effective-key',
      ];
      const answer = await api.request({ method: 'GET', path, query: { at } });
      context.printer.answer(answer, (style) => textOf(style, answer, { org, project, integration, at }));
    },
  );
}

const HEAD = ['candidate', 'verdict', 'key', 'version', 'why'];

function textOf(style: Style, answer: Json, ids: Ids): string {
  const { candidates, ...effective } = answer as unknown as Explanation;
  const rows = candidates.map(({ source, verdict, why, key }) => [
    source,
    stateCell(style, verdict),
    key?.mask ?? null,
    key?.version ?? null,
    why,
  ]);
  return `${style.paint('bold', sentenceOf(effective, ids))}\n\n${table(style, HEAD, rows)}`;
}

function sentenceOf(
  { source, reason, key }: EffectiveAnswer,
  { org, project, integration, at }: Ids,
): string {
  const subject = `${org}/${project}${at === undefined ? '' : ' (then)'}`;
  if (!source || !key) {
    const why = reason === 'disabled' ? "the organization's is switched off" : 'none is set';
    return `${subject} has no key for ${integration}: ${why}.`;
  }
  const whose = source === 'project' ? 'its own key' : "the organization's key";
  const { mask, version, setBy, setAt } = key;
  return `${subject} uses ${whose} for ${integration}: ${mask}, version ${version}, set by ${setBy} at ${shortTime(setAt)}.`;
}
