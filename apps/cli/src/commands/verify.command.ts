import { verifyExport, type VerificationReport } from '@keyward/audit';
import type { Style } from '@keyward/runtime';
import type { Command } from 'commander';
import type { CommandContext, Run } from '../command-context.js';
import type { Json } from '../connection/api-answer.js';
import { CliError, usageError } from '../errors/cli-error.js';
import { EXIT } from '../errors/exit-codes.js';
import { openInput, type FileInput } from '../input/file-input.js';
import { trustedKeys } from '../input/trusted-keys.js';
import { facts, table } from '../output/table.js';
import { shortTime } from './key-facts.js';

interface VerifyOptions {
  readonly trust: string;
  readonly heads?: string;
}

export function addVerifyCommand(program: Command, run: Run): void {
  const command = program
    .command('verify')
    .description("verify an export of an organization's audit log, offline: without a Keyward and a token")
    .argument('<export>', 'file of the export, or - for standard input')
    .requiredOption('--trust <file>', 'file with the public keys whose signatures count, in PEM')
    .option(
      '--heads <file>',
      'file with heads that were saved before; shows a cut end and a rewritten history',
    );
  run(command, async (context, [file]: [string], options: VerifyOptions) => {
    const report = await verify(context, file, options);
    const hasSavedHeads = options.heads !== undefined;
    context.printer.answer(report as unknown as Json, (style) => textOf(style, report, hasSavedHeads));
    if (!report.ok) throw notVerified();
  });
}

async function verify(
  { environment, printer }: CommandContext,
  file: string,
  { trust, heads }: VerifyOptions,
): Promise<VerificationReport> {
  if (file === '-' && heads === '-') {
    throw usageError('Standard input is either the export or the saved heads.');
  }
  const trusted = await trustedKeys(trust);
  const inputs: FileInput[] = [];
  const progress = printer.progress();
  try {
    const input = await openInput('<export>', file, environment);
    inputs.push(input);
    const saved = heads === undefined ? undefined : await openInput('--heads', heads, environment);
    if (saved) inputs.push(saved);
    return await verifyExport(input.bytes(), {
      trusted,
      ...(saved ? { savedHeads: saved.bytes() } : {}),
      onLine: (line) => progress.show(() => `${count(line)} lines${input.share()}`),
    });
  } finally {
    progress.end();
    for (const input of inputs) input.close();
  }
}

const FAULT_HEAD = ['file', 'line', 'fault', 'what it is'];

function textOf(style: Style, report: VerificationReport, hasSavedHeads: boolean): string {
  const { ok, faults, faultCount } = report;
  const parts = [
    ok
      ? style.paint('green', 'Every event is as Keyward signed it.')
      : style.paint('red', 'This is not what Keyward signed.'),
    facts(style, reportFacts(report)),
  ].filter(Boolean);
  if (faults.length > 0) {
    const rows = faults.map(({ file, line, code, detail }) => [file, line, code, detail]);
    parts.push(table(style, FAULT_HEAD, rows));
  }
  if (faults.length < faultCount) parts.push(`${count(faultCount - faults.length)} faults more.`);
  if (ok && !hasSavedHeads) {
    parts.push(
      style.paint('dim', 'Without --heads an older export passes for a newer one: look at its time.'),
    );
  }
  return parts.join('\n\n');
}

function reportFacts({ log, size, closing, heads, savedHeads }: VerificationReport) {
  if (!log) return [];
  const which = size > log.first ? ` (${log.first} to ${size - 1})` : '';
  return [
    ['organization', log.organizationId ?? 'none: the log of the platform'],
    ['event log', log.storeId],
    ['events', `${count(size - log.first)}${which}`],
    ['as of', closing && shortTime(closing.time)],
    ['root hash', closing && closing.rootHash],
    ['signed by', closing && closing.signingKeyId],
    ['heads', heads],
    ['saved heads compared', savedHeads],
  ] as const;
}

function count(n: number): string {
  return n.toLocaleString('en-US');
}

function notVerified(): CliError {
  return new CliError('The export is not what Keyward signed.', {
    exitCode: EXIT.notVerified,
    code: 'NOT_VERIFIED',
    remedy:
      'Look whether the trusted keys are those of this Keyward, and get the export again. If that one has the same faults, the log itself was altered.',
  });
}
