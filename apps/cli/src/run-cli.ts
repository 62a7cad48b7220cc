import { CommanderError } from 'commander';
import type { CliEnvironment } from './cli-environment.js';
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
  const program = buildProgram(environment, printer);
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
