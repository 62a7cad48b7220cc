import { sleep, type Style } from '@keyward/runtime';
import { Option, type Command } from 'commander';
import type { CommandContext, Run } from '../command-context.js';
import type { Json } from '../connection/api-answer.js';
import type { ApiClient } from '../connection/api-client.js';
import { CliError } from '../errors/cli-error.js';
import { EXIT } from '../errors/exit-codes.js';
import { countReader, idReader, subjectReader } from '../input/arguments.js';
import { table } from '../output/table.js';
import { entryCells, entryLine, linesOf, type Entry } from './history-entry.js';

interface HistoryOptions {
  readonly project?: string;
  readonly integration?: string;
  readonly actor?: string;
  readonly kind?: string;
  readonly from?: string;
  readonly to?: string;
  readonly after?: string;
  readonly limit: number;
  readonly follow?: boolean;
}

/** An answer of the API; with `next` where there is more. */
interface Page {
  readonly items: readonly Entry[];
  readonly next?: string;
  readonly position: string;
}

/** Items that the API gives at once. */
const PAGE = 500;
const MOST = 100_000;
const POLL_MS = 1_000;

export function addHistoryCommand(program: Command, run: Run): void {
  const command = program
    .command('history')
    .description(
      'show who did what, when and why in an organization, the newest last (organization owners and admins)',
    )
    .argument('<org>', "the organization's id", idReader('<org>'))
    .option('--project <project>', 'only what concerns this project alone', idReader('--project'))
    .option('--integration <integration>', 'only keys for this integration', idReader('--integration'))
    .option(
      '--actor <subject>',
      'only what this subject did; with --kind read what this worker was given',
      subjectReader('--actor'),
    )
    .option(
      '--kind <kind>',
      'only what is of this kind, such as set, removed, disabled, refused; read is left out unless it is asked for',
    )
    .option('--from <time>', 'only what occurred at this time (RFC 3339) or later')
    .option('--to <time>', 'only what occurred before this time (RFC 3339)')
    .option('--after <position>', 'the first that follow this position, not the last of all')
    .addOption(
      new Option('--limit <count>', `how many, up to ${MOST} (default: 100)`)
        .argParser(countReader('--limit', MOST))
        .default(100, 'the last 100'),
    )
    .option('--follow', 'go on with what happens, one a line, until Ctrl-C');
  run(command, async (context, [org]: [string], options: HistoryOptions) => {
    const { follow = false } = options;
    const api = await context.api({ organizations: { [org]: 'admin' }, lasting: follow });
    const reader = new HistoryPages(api, org, options);
    const { items, ...asOf } = await reader.first();
    if (!follow)
      return context.printer.answer({ items, ...asOf } as unknown as Json, (style) => textOf(style, items));
    printLines(context, items);
    await followOn(context, reader, items.at(-1)?.position ?? asOf.position);
  });
}

/** The history, page by page. */
class HistoryPages {
  constructor(
    private readonly api: ApiClient,
    private readonly org: string,
    private readonly options: HistoryOptions,
  ) {}

  /** The last of all, or the first after a position; in either case the newest last. */
  async first(): Promise<Page> {
    const { after, limit } = this.options;
    if (after !== undefined) return this.upTo(limit, { after });
    const { items, position } = await this.upTo(limit, { order: 'newest_first' });
    return { items: items.toReversed(), position };
  }

  /** All that follows a position. */
  following(position: string): Promise<Page> {
    return this.upTo(Infinity, { after: position });
  }

  /** As of the first page: what follows is what the first ends with. */
  private async upTo(limit: number, query: Readonly<Record<string, string>>): Promise<Page> {
    const items: Entry[] = [];
    let first: Page | undefined;
    let next = query['after'];
    do {
      const wanted = { limit: String(Math.min(PAGE, limit - items.length)) };
      const page = await this.page({ ...query, ...wanted, ...(next === undefined ? {} : { after: next }) });
      first ??= page;
      items.push(...page.items);
      next = page.next;
    } while (next !== undefined && items.length < limit);
    return { items, position: first.position, ...(next === undefined ? {} : { next }) };
  }

  private async page(query: Readonly<Record<string, string>>): Promise<Page> {
    const { project, integration, actor, kind, from, to } = this.options;
    const path = ['v1', 'organizations', this.org, 'history'];
    const filter = { project, integration, actor, kind, from, to };
    return (await this.api.request({
      method: 'GET',
      path,
      query: { ...filter, ...query },
    })) as unknown as Page;
  }
}

async function followOn(context: CommandContext, reader: HistoryPages, after: string): Promise<void> {
  const { interrupted } = context.environment;
  let last = after;
  while (!interrupted.aborted) {
    await sleep(POLL_MS, interrupted);
    const page = await reader.following(last).catch((error: unknown) => {
      if (interrupted.aborted) return undefined;
      throw howToGoOn(error, last);
    });
    if (!page) return;
    printLines(context, page.items);
    last = page.items.at(-1)?.position ?? last;
  }
}

function howToGoOn(error: unknown, last: string): unknown {
  if (!(error instanceof CliError) || error.exitCode !== EXIT.unavailable) return error;
  const { exitCode, code, message } = error;
  return new CliError(message, {
    exitCode,
    code,
    remedy: `Go on later with --after ${last}, to miss nothing.`,
  });
}

function printLines({ printer }: CommandContext, items: readonly Entry[]): void {
  for (const item of items)
    printer.event(item as unknown as Json, (style) =>
      linesOf(item)
        .map((line) => entryLine(style, line))
        .join('\n'),
    );
}

const HEAD = ['time', 'who', 'what', 'project', 'integration', 'key', 'version', 'why'];

function textOf(style: Style, items: readonly Entry[]): string {
  if (items.length === 0) return 'Nothing of that kind has happened.';
  return table(
    style,
    HEAD,
    items.flatMap(linesOf).map((line) => entryCells(style, line)),
  );
}
