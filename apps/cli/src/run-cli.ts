import { CommanderError, type Command } from 'commander';
import type { CliEnvironment } from './cli-environment.js';
import { CliError } from './errors/cli-error.js';
import { EXIT, type ExitCode } from './errors/exit-codes.js';
import { toCliError } from './errors/to-cli-error.js';
import { Printer } from './output/printer.js';
import { buildProgram } from './program.js';

/**
 * Runs one command line (without node and the script) and says how it ended. Never throws, and
 * prints neither a stack nor a secret.
 */
export async function runCli(argv: readonly string[], environment: CliEnvironment): Promise<ExitCode> {
  // Before anything is parsed: what is wrong with the parsing is told in the same form.
  const printer = new Printer(environment, argv.includes('--json'));
  const exitCode = await run(buildProgram(environment, printer), { argv, environment, printer });
  if (await printer.written()) return exitCode;
  printer.failure(outputError());
  return EXIT.unexpected;
}

interface Parts {
  readonly argv: readonly string[];
  readonly environment: CliEnvironment;
  readonly printer: Printer;
}

async function run(program: Command, { argv, environment, printer }: Parts): Promise<ExitCode> {
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return EXIT.ok;
  } catch (thrown) {
    // Help and version were asked for, and have been printed.
    if (thrown instanceof CommanderError && thrown.exitCode === 0) return EXIT.ok;
    if (thrown instanceof CommanderError && thrown.code === 'commander.help') return EXIT.usage;
    const error = toCliError(thrown, environment.interrupted);
    printer.failure(error);
    return error.exitCode;
  }
}

function outputError(): CliError {
  return new CliError('What was asked for was done, but the answer could not be written.', {
    exitCode: EXIT.unexpected,
    code: 'OUTPUT_FAILED',
    remedy: 'Look whether the disk that it goes to is full.',
  });
}
