import { Option, type Command } from 'commander';
import { printable, type Style } from '@keyward/runtime';
import type { Run } from '../command-context.js';
import type { Json } from '../connection/api-answer.js';
import { idReader } from '../input/arguments.js';
import { table } from '../output/table.js';
import { shortTime, stateCell, type EffectiveAnswer, type KeyFacts } from './key-facts.js';
import { addReadOptions, consistencyOf, type ReadOptions } from './read-options.js';

interface EffectiveOptions extends ReadOptions {
  readonly at?: string;
}

interface Explanation extends EffectiveAnswer {
  readonly candidates: readonly {
    readonly source: string;
    readonly verdict: string;
    readonly why: string;
    readonly key: KeyFacts | null;
  }[];
}

/** Organization, project, integration. */
type Ids = readonly [string, string, string];

export function addEffectiveCommand(program: Command, run: Run): void {
  const command = program
    .command('effective')
    .description('tell which key a project uses for an integration, and why; never the secret')
    .argument('<org>', "the organization's id", idReader('<org>'))
    .argument('<project>', "the project's id", idReader('<project>'))
    .argument('<integration>', 'the integration, such as openai', idReader('<integration>'))
    .addOption(
      new Option(
        '--at <moment>',
        'as of a time (RFC 3339, such as 2026-03-31T12:00:00Z) or a position',
      ).conflicts(['atLeastAsFresh', 'minimizeLatency']),
    );
  run(addReadOptions(command), async (context, ids: Ids, options: EffectiveOptions) => {
    const [org, project, integration] = ids;
    const api = await context.api({ projects: { [`${org}/${project}`]: 'viewer' } });
    const inProject = ['v1', 'organizations', org, 'projects', project];
    const answer = await api.request({
      method: 'GET',
      path: [...inProject, 'integrations', integration, 'effective-key'],
      query: options.at === undefined ? consistencyOf(options) : { at: options.at },
    });
    const subject = `${org}/${project}${options.at === undefined ? '' : ' (then)'}`;
    context.printer.answer(answer, (style) => textOf(style, answer, { subject, integration }));
  });
}

const HEAD = ['candidate', 'verdict', 'key', 'version', 'why'];

interface Question {
  readonly subject: string;
  readonly integration: string;
}

function textOf(style: Style, answer: Json, question: Question): string {
  const { candidates, ...effective } = answer as unknown as Explanation;
  const rows = candidates.map(({ source, verdict, why, key }) => [
    source,
    stateCell(style, verdict),
    key?.mask ?? null,
    key?.version ?? null,
    why,
  ]);
  return `${style.paint('bold', sentenceOf(effective, question))}\n\n${table(style, HEAD, rows)}`;
}

function sentenceOf({ source, reason, key }: EffectiveAnswer, { subject, integration }: Question): string {
  if (!source || !key) {
    const why = reason === 'disabled' ? "the organization's is switched off" : 'none is set';
    return `${subject} has no key for ${integration}: ${why}.`;
  }
  const whose = source === 'project' ? 'its own key' : "the organization's key";
  const { mask, version, setBy, setAt } = key;
  return `${subject} uses ${whose} for ${integration}: ${mask}, version ${version}, set by ${printable(setBy)} at ${shortTime(setAt)}.`;
}
