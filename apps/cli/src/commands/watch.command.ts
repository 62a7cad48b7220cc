import type { WatchResponse__Output } from '@keyward/contracts';
import type { Command } from 'commander';
import { printable, type Style } from '@keyward/runtime';
import type { CommandContext, Run } from '../command-context.js';
import type { Need } from '../connection/sign-in.js';
import { watchChanges } from '../connection/watch-changes.js';
import { CliError } from '../errors/cli-error.js';
import { EXIT } from '../errors/exit-codes.js';
import { idListReader, idReader } from '../input/arguments.js';

interface WatchOptions {
  readonly project?: readonly string[];
  readonly integration?: readonly string[];
  readonly after?: string;
}

export function addWatchCommand(program: Command, run: Run): void {
  const command = program
    .command('watch')
    .description('show changes as they happen, one a line, until Ctrl-C (workers)')
    .argument('<org>', "the organization's id", idReader('<org>'))
    .option(
      '--project <projects>',
      'only what concerns these projects (commas between, or repeated)',
      idListReader('--project'),
    )
    .option(
      '--integration <integrations>',
      'only these integrations (commas between, or repeated)',
      idListReader('--integration'),
    )
    .option('--after <position>', 'resume after this position');
  run(command, async (context, [org]: [string], options: WatchOptions) => {
    const { printer, environment } = context;
    let isFirst = true;
    for await (const message of await watch(context, org, options)) {
      if (isFirst) printer.note(`Watching ${org}. Ctrl-C ends it.`);
      isFirst = false;
      printer.event(documentOf(message), (style) => lineOf(style, message));
    }
    if (!environment.interrupted.aborted) throw endedByServer();
  });
}

async function watch(
  context: CommandContext,
  organizationId: string,
  { project = [], integration = [], after = '' }: WatchOptions,
): Promise<AsyncIterable<WatchResponse__Output>> {
  const { connection, environment } = context;
  const token = await context.token(needOf(organizationId, project));
  if (!connection.grpcTls) context.warnOfPlainText(new URL(`http://${connection.grpcTarget}`).hostname);
  const request = {
    organizationId,
    projectIds: [...project],
    integrationIds: [...integration],
    afterPosition: after,
  };
  return watchChanges({ connection, token, request, interrupted: environment.interrupted });
}

function needOf(organization: string, projects: readonly string[]): Need {
  return { worker: { organization, ...(projects.length > 0 ? { projects } : {}) }, lasting: true };
}

/** The event as programs get it; `changesThrough` is what to resume with. */
function documentOf({ changesThrough, event, change }: WatchResponse__Output) {
  const kind = event ?? 'heartbeat';
  if (kind !== 'change' || !change) return { event: kind, changesThrough };
  return {
    event: kind,
    changesThrough,
    organizationId: change.organizationId,
    projectId: change.projectId || null,
    integrationId: change.integrationId,
    kind: kindOf(change.kind),
    version: change.version,
    keyId: change.keyId,
    affectedProjectIds: change.affectedProjectIds,
    position: change.position,
  };
}

function lineOf(style: Style, { event, change }: WatchResponse__Output): string | undefined {
  const time = style.paint('dim', new Date().toISOString().slice(11, 19));
  if (event === 'reset')
    return `${time} ${style.paint('yellow', 'reset')}  changes may have been missed: look everything up again`;
  if (event !== 'change' || !change) return undefined;
  const { organizationId, projectId, integrationId, version, affectedProjectIds } = change;
  const slot = projectId === '' ? organizationId : `${organizationId}/${projectId}`;
  const affected = affectedProjectIds.length > 0 ? `  concerns ${affectedProjectIds.join(', ')}` : '';
  const kind = style.paint('bold', kindOf(change.kind).padEnd(8));
  return `${time} ${kind}  ${printable(`${slot} ${integrationId} version ${version}${affected}`)}`;
}

function kindOf(kind: string): string {
  return kind.replace(/^KIND_/, '').toLowerCase();
}

function endedByServer(): CliError {
  return new CliError('Keyward ended the watch.', {
    exitCode: EXIT.unavailable,
    code: 'UNAVAILABLE',
    remedy: 'Start it again with --after and the last changesThrough that --json shows, to miss nothing.',
  });
}
