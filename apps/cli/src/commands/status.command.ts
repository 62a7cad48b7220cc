import type { Command } from 'commander';
import type { Style } from '@keyward/runtime';
import type { Run } from '../command-context.js';
import { CliError } from '../errors/cli-error.js';
import { EXIT } from '../errors/exit-codes.js';
import { table } from '../output/table.js';

interface Report {
  readonly ok: boolean;
  readonly parts: readonly {
    readonly part: string;
    readonly ok: boolean;
    readonly required: boolean;
    readonly problem?: string;
  }[];
}

const NOT_READY = 503;

export function addStatusCommand(program: Command, run: Run): void {
  const command = program.command('status').description('tell whether Keyward is ready, and what is missing');
  run(command, async (context) => {
    const { printer, connection } = context;
    const path = ['health', 'ready'];
    const answer = await context.anonymousApi().request({ method: 'GET', path, alsoGood: NOT_READY });
    const report = answer as unknown as Report;
    printer.answer(answer, (style) => textOf(style, report, connection.url));
    if (!report.ok) throw notReady(report);
  });
}

function textOf(style: Style, { ok, parts }: Report, url: string): string {
  const state = ok ? style.paint('green', 'ready') : style.paint('red', 'not ready');
  const rows = parts.map(({ part, ok: well, problem }) => [
    part,
    { painted: well ? style.paint('green', 'ok') : style.paint('red', 'missing') },
    problem ?? '',
  ]);
  return `Keyward at ${url} is ${state}.\n\n${table(style, ['part', 'state', 'problem'], rows)}`;
}

function notReady({ parts }: Report): CliError {
  const missing = parts.filter(({ ok, required }) => !ok && required).map(({ part }) => part);
  return new CliError(`Keyward is not ready: ${missing.join(', ') || 'a part'} is missing.`, {
    exitCode: EXIT.unavailable,
    code: 'NOT_READY',
    remedy: "Wait a moment, or look into Keyward's log.",
  });
}
