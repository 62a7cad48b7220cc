import { Command, type Option } from 'commander';
import type { CliEnvironment } from './cli-environment.js';
import { runWith, type Run } from './command-context.js';
import { addAuditCommands } from './commands/audit/audit.commands.js';
import { addEffectiveCommand } from './commands/effective.command.js';
import { addExportCommand } from './commands/export.command.js';
import { addHistoryCommand } from './commands/history.command.js';
import { addIntegrationsCommand } from './commands/integrations.command.js';
import { addKekCommands } from './commands/kek.commands.js';
import { addKeyCommands } from './commands/key.commands.js';
import { addOrgCommands } from './commands/org.commands.js';
import { addProjectCommands } from './commands/project.commands.js';
import { addReadModelCommands } from './commands/read-model.commands.js';
import { addRolloutCommands } from './commands/rollout.commands.js';
import { addShredCommand } from './commands/shred.command.js';
import { addStatusCommand } from './commands/status.command.js';
import { addTokenCommand } from './commands/token.command.js';
import { addVerifyCommand } from './commands/verify.command.js';
import { addUsageCommand } from './commands/usage.command.js';
import { addWatchCommand } from './commands/watch.command.js';
import { EXIT_CODE_MEANINGS } from './errors/exit-codes.js';
import { usageErrorOf } from './errors/usage-error.js';
import type { Printer } from './output/printer.js';

export const VERSION = '0.1.0';
/** Characters in a line, where the terminal does not say. */
const HELP_WIDTH = 100;

/** In the order in which `--help` lists them. */
const COMMANDS: readonly ((program: Command, run: Run) => void)[] = [
  addTokenCommand,
  addOrgCommands,
  addProjectCommands,
  addRolloutCommands,
  addKeyCommands,
  addShredCommand,
  addKekCommands,
  addReadModelCommands,
  addEffectiveCommand,
  addUsageCommand,
  addHistoryCommand,
  addWatchCommand,
  addIntegrationsCommand,
  addStatusCommand,
  addAuditCommands,
  addExportCommand,
  addVerifyCommand,
];

/** The whole command. Its errors are CliErrors; only help and version end in a CommanderError. */
export function buildProgram(environment: CliEnvironment, printer: Printer): Command {
  const program = new Command('keyward')
    .description('Sets, watches and explains the keys that Keyward holds.')
    .version(VERSION, '--version', 'tell the version')
    .helpOption('-h, --help', 'show how a command is used')
    .option('--url <url>', 'the HTTP API (KEYWARD_URL; default: http://127.0.0.1:8080)')
    .option('--grpc <host:port>', 'the gRPC API, for watch (KEYWARD_GRPC; default: 127.0.0.1:50051)')
    .option(
      '--token-file <path>',
      'file with the token to sign in with (KEYWARD_TOKEN_FILE, or the token in KEYWARD_TOKEN)',
    )
    .option(
      '--data <folder>',
      "data folder with the local issuer's key, in development (KEYWARD_DATA_DIR; default: ./data)",
    )
    .option('--json', 'answers and errors as JSON, for programs')
    .addHelpText('after', `\n${SIGNING_IN}\n\n${exitCodesText()}`);
  const run = runWith(environment, printer);
  for (const add of COMMANDS) add(program, run);
  configure(program, environment);
  return program;
}

export const SIGNING_IN = `Signing in:
  With the token of --token-file or KEYWARD_TOKEN. Without one, and only with a Keyward on this
  machine whose data folder can be read, the command makes a token with just the role that it needs.`;

function exitCodesText(): string {
  const lines = EXIT_CODE_MEANINGS.map(([code, meaning]) => `  ${String(code).padEnd(5)}${meaning}`);
  return ['Exit codes:', ...lines].join('\n');
}

/** Commander shows defaults as their readers made them, and keeps quiet about what is required. */
export function optionDescription({ description, mandatory }: Option): string {
  return mandatory ? `${description} (required)` : description;
}

/** Commander's own error texts repeat what was typed, which may be a secret: they never get out. */
function configure(command: Command, environment: CliEnvironment): void {
  command
    .helpCommand(false)
    .configureHelp({ showGlobalOptions: true, minWidthToWrap: 20, optionDescription })
    .configureOutput({
      getOutHelpWidth: () => Math.min(environment.stdout.columns ?? HELP_WIDTH, HELP_WIDTH),
      getErrHelpWidth: () => Math.min(environment.stderr.columns ?? HELP_WIDTH, HELP_WIDTH),
      writeOut: (text) => void environment.stdout.write(text),
      writeErr: (text) => void environment.stderr.write(text),
      outputError: () => undefined,
    })
    .exitOverride((error) => {
      if (error.exitCode === 0 || error.code === 'commander.help') throw error;
      throw usageErrorOf(error, command);
    });
  for (const child of command.commands) configure(child, environment);
}
