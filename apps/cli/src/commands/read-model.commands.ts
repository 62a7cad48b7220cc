import { Option, type Command } from 'commander';
import type { CommandContext, Run } from '../command-context.js';
import type { Json } from '../connection/api-answer.js';
import type { ApiClient, ApiRequest } from '../connection/api-client.js';
import { CliError, usageError } from '../errors/cli-error.js';
import { EXIT } from '../errors/exit-codes.js';
import { countReader, idReader } from '../input/arguments.js';
import { JobPace, progressOf, textOf, type ReadModelJob } from './read-model-job.js';
import { waitForWork } from './wait-for-work.js';

interface RebuildOptions extends JobOptions {
  readonly check?: string | number;
}
interface CheckOptions extends JobOptions {
  readonly org?: string;
  readonly sample?: number;
}
interface JobOptions {
  readonly status?: boolean;
  readonly stop?: boolean;
}

const PATH = ['v1', 'read-model'];
const JOB = [...PATH, 'job'];
const MOST = 1_000_000;

export function addReadModelCommands(program: Command, run: Run): void {
  const rebuild = withJobOptions(
    program
      .command('rebuild')
      .description(
        'build the read model anew from the event log beside the one that is served, and switch to it; ended early, it goes on in Keyward (platform admins)',
      )
      .addOption(
        new Option(
          '--check <how>',
          'records to compare with the log before the switch: whole, none, or so many taken at random (default: 1000)',
        ).argParser(extentReader('--check')),
      ),
  );
  run(rebuild, (context, _args: [], { check, ...options }: RebuildOptions) =>
    doJob(context, options, [...PATH, 'rebuild'], check === undefined ? {} : { check }),
  );
  const check = withJobOptions(
    program
      .command('check')
      .description(
        'compare the read model with the event log, and name each difference; ended early, it goes on in Keyward (platform admins)',
      )
      .option('--org <org>', 'only what is of this organization', idReader('--org'))
      .option('--sample <count>', 'only so many records, taken at random', countReader('--sample', MOST)),
  );
  run(check, (context, _args: [], { org, sample, ...options }: CheckOptions) =>
    doJob(context, options, [...PATH, 'check'], {
      ...(org === undefined ? {} : { organizationId: org }),
      ...(sample === undefined ? {} : { sample }),
    }),
  );
}

function withJobOptions(command: Command): Command {
  return command
    .option('--status', 'only tell how far the one is that was asked for last, and what it found')
    .option('--stop', 'stop the one that is running; a rebuild can be gone on with for an hour');
}

function extentReader(name: string): (text: string) => string | number {
  const readCount = countReader(name, MOST);
  return (text) => (text === 'whole' || text === 'none' ? text : readCount(text));
}

async function doJob(
  context: CommandContext,
  { status, stop }: JobOptions,
  path: readonly string[],
  body: Json,
): Promise<void> {
  if (status && stop) throw usageError('Give --status or --stop, not both.');
  const api = await context.api({ platformAdmin: true });
  if (status) return tell(context, await ask(api, { method: 'GET', path: JOB }));
  if (stop) return tell(context, await ask(api, { method: 'DELETE', path: JOB }));
  const begun = mustBeThere(await ask(api, { method: 'POST', path, body }));
  conclude(context, await untilEnded(context, api, begun));
}

async function untilEnded(
  context: CommandContext,
  api: ApiClient,
  begun: ReadModelJob,
): Promise<ReadModelJob> {
  const pace = new JobPace();
  return waitForWork(context, api, {
    begun,
    ask: async (signedIn) => mustBe(begun, await ask(signedIn, { method: 'GET', path: JOB })),
    isDone: ({ state }) => state !== 'running',
    textOf: (job) => pace.textOf(job),
    onStatus: (job) => context.printer.event(progressOf(job), () => undefined),
  });
}

async function ask(api: ApiClient, request: ApiRequest): Promise<ReadModelJob | null> {
  return ((await api.request(request)) as unknown as { job: ReadModelJob | null }).job;
}

/** Asked for again right after its end, by somebody else, there is only the other one to look at. */
function mustBe({ id, kind }: ReadModelJob, found: ReadModelJob | null): ReadModelJob {
  const job = mustBeThere(found);
  if (job.id === id) return job;
  throw new CliError(`The ${kind} ended, and somebody has asked for something else since.`, {
    exitCode: EXIT.unexpected,
    code: 'OVERTAKEN',
    remedy: "The projector's log tells how it ended.",
  });
}

function mustBeThere(job: ReadModelJob | null): ReadModelJob {
  if (job) return job;
  throw new CliError('The read model was emptied meanwhile. Keyward builds it anew by itself.', {
    exitCode: EXIT.unavailable,
    code: 'READ_MODEL_LOST',
    remedy: '`keyward status` tells when it is ready.',
  });
}

function tell({ printer }: CommandContext, job: ReadModelJob | null): void {
  printer.answer({ job } as unknown as Json, (style) =>
    job ? textOf(style, job) : 'Neither a rebuild nor a check was asked for yet.',
  );
}

function conclude({ printer }: CommandContext, job: ReadModelJob): void {
  printer.event({ job } as unknown as Json, (style) => textOf(style, job));
  const { kind, state, problem } = job;
  if (state === 'differs') {
    throw new CliError('The read model is not what the event log says.', {
      exitCode: EXIT.differs,
      code: 'READ_MODEL_DIFFERS',
      remedy:
        kind === 'check'
          ? 'Build it anew: keyward rebuild'
          : 'Report it: what was built a moment ago should not differ.',
    });
  }
  if (state !== 'done') {
    throw new CliError(problem ?? `Somebody stopped the ${kind}.`, {
      exitCode: EXIT.unexpected,
      code: state === 'stopped' ? 'STOPPED' : 'FAILED',
      remedy: state === 'stopped' ? `keyward ${kind} goes on.` : undefined,
    });
  }
}
