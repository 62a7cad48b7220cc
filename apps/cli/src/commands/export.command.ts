import type { Command } from 'commander';
import type { CommandContext, Run } from '../command-context.js';
import type { Need } from '../connection/sign-in.js';
import { usageError } from '../errors/cli-error.js';
import { downloadExport, toGoOn } from '../export/download-export.js';
import { PartFile } from '../export/part-file.js';
import { EXPORT_FORMATS, type ExportFormat } from '../export/whole-records.js';
import { idReader, oneOfReader } from '../input/arguments.js';
import { Pace } from '../output/pace.js';

interface ExportOptions {
  readonly org?: string;
  readonly platform?: boolean;
  readonly format: ExportFormat;
  readonly out: string;
}

export function addExportCommand(program: Command, run: Run): void {
  const command = program
    .command('export')
    .description(
      'write a whole audit log to a file, with its proofs; run again after an interruption, it goes on where it stopped',
    )
    .option('--org <org>', 'of this organization (its owners and admins)', idReader('--org'))
    .option('--platform', 'of the platform, which holds the rollout (platform admins)')
    .option(
      '--format <format>',
      'ndjson, which `keyward verify` takes, or csv for a spreadsheet (default: ndjson)',
      oneOfReader('--format', EXPORT_FORMATS),
      'ndjson',
    )
    .requiredOption('--out <file>', 'file that is written; <file>.part until it is whole');
  run(command, async (context, _args, options: ExportOptions) => {
    const { org, platform = false, format, out } = options;
    if ((org === undefined) !== platform) throw usageError('Give either --org or --platform.');
    const { events, bytes, before } = await exportTo(out, context, options).catch((error: unknown) => {
      throw toGoOn(error, out);
    });
    const log = org === undefined ? 'the platform' : org;
    const document = { organizationId: org ?? null, format, file: out, events, bytes, goneOnAfter: before };
    context.printer.answer(document, (style) => {
      const on = before === 0 ? '' : ` (going on after ${before.toLocaleString('en-US')})`;
      const done = `Exported ${events.toLocaleString('en-US')} events of ${log} to ${out}${on}.`;
      const next = `To verify it: keyward verify ${out} --trust <file with the answer of: keyward audit key>`;
      return format === 'csv' ? done : `${done}\n${style.paint('dim', next)}`;
    });
  });
}

async function exportTo(
  out: string,
  context: CommandContext,
  { org, format }: ExportOptions,
): Promise<{ readonly events: number; readonly bytes: number; readonly before: number }> {
  const need: Need = org === undefined ? { platformAdmin: true } : { organizations: { [org]: 'admin' } };
  const path = org === undefined ? ['v1'] : ['v1', 'organizations', org];
  const progress = context.printer.progress();
  const pace = new Pace('events');
  const file = await PartFile.open(out, format, (found) =>
    progress.show(() => `reading what is there: ${found.toLocaleString('en-US')} events`),
  );
  const before = file.records.count;
  try {
    await downloadExport(file, {
      api: () => context.api(need),
      path: [...path, 'audit', 'export'],
      query: { format },
      interrupted: context.environment.interrupted,
      onEvents: (done, all) => progress.show(() => pace.textOf(done, all)),
    });
    await file.finish();
    return { events: file.records.count, bytes: file.bytes, before };
  } finally {
    progress.end();
    await file.close();
  }
}
