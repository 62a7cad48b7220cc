import type { Style } from '@keyward/runtime';
import type { Command } from 'commander';
import type { CommandContext, Run } from '../command-context.js';
import type { Json } from '../connection/api-answer.js';
import type { ApiClient } from '../connection/api-client.js';
import { CliError } from '../errors/cli-error.js';
import { EXIT } from '../errors/exit-codes.js';
import { waitForWork } from './wait-for-work.js';

interface KekStatus {
  readonly [field: string]: Json;
  readonly current: string;
  readonly others: string[];
  readonly retired: string[];
  readonly rotation: string;
  readonly remaining: number | null;
  readonly unreadable: number;
}

const PATH = ['v1', 'key-encryption-keys'];

export function addKekCommands(program: Command, run: Run): void {
  const kek = program.command('kek').description('the key encryption keys (platform admins)');
  run(
    kek.command('status').description('tell which key encryption keys are needed, and how far a rotation is'),
    async (context) => {
      const status = (await (await signedIn(context)).request({ method: 'GET', path: PATH })) as KekStatus;
      context.printer.answer(status, (style) => textOf(style, status));
    },
  );
  const rotate = kek
    .command('rotate')
    .description(
      'wrap all keys in use by the current key encryption key, and wait for the end; ended early, it goes on in Keyward',
    );
  run(rotate, rotateAll);
}

async function rotateAll(context: CommandContext): Promise<void> {
  const api = await signedIn(context);
  const begun = (await api.request({ method: 'POST', path: [...PATH, 'rotation'] })) as KekStatus;
  const status = await untilRotated(context, api, begun);
  const { position: _, changed: __, ...answer } = status;
  context.printer.answer(answer, (style) => textOf(style, status));
}

async function untilRotated(context: CommandContext, api: ApiClient, begun: KekStatus): Promise<KekStatus> {
  const pace = new Pace();
  return waitForWork(context, api, {
    begun,
    ask: async (signedInApi) => (await signedInApi.request({ method: 'GET', path: PATH })) as KekStatus,
    isDone: (status) => {
      const { others, remaining, unreadable: count } = status;
      if (others.length > 0 && count > 0 && count === remaining) throw unreadable(status);
      return others.length === 0;
    },
    textOf: ({ remaining }) => pace.textOf(remaining),
  });
}

/** How far it is: done, per second, and the time that is left at that rate. */
class Pace {
  private total = 0;
  private readonly since = performance.now();

  textOf(remaining: number | null): string {
    if (remaining === null) return 'counting the keys to wrap';
    this.total = Math.max(this.total, remaining);
    const done = this.total - remaining;
    const seconds = (performance.now() - this.since) / 1_000;
    const perSecond = done / seconds;
    const left = done > 0 ? `, ${Math.ceil(remaining / perSecond)} s left` : '';
    return `${done} of ${this.total} keys wrapped, ${Math.round(perSecond)} a second${left}`;
  }
}

function signedIn(context: CommandContext): Promise<ApiClient> {
  return context.api({ platformAdmin: true });
}

function textOf(style: Style, { current, others, retired, rotation, remaining }: KekStatus): string {
  const lines = [`All new keys are sealed under ${style.paint('bold', current)}.`];
  if (others.length === 0) lines.push('So are all in use: no other key encryption key is needed.');
  else {
    const count = remaining === null ? 'Still counting which keys' : `${remaining} keys in use`;
    lines.push(`${count} are wrapped by ${others.join(', ')}: every process needs that too.`);
    lines.push(
      rotation === 'running' ? 'They are being wrapped anew.' : 'To wrap them anew: keyward kek rotate',
    );
  }
  if (retired.length > 0) lines.push(`Needed no more: ${retired.join(', ')}.`);
  return lines.join('\n');
}

function unreadable({ unreadable: count, others }: KekStatus): CliError {
  return new CliError(`${count} keys do not unwrap, so ${others.join(', ')} cannot be given up.`, {
    exitCode: EXIT.unexpected,
    code: 'UNREADABLE_KEYS',
    remedy: "Keyward's log names them. Set or remove those keys anew; then the rotation ends by itself.",
  });
}
