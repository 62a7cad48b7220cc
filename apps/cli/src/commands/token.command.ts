import type { Command } from 'commander';
import type { Run } from '../command-context.js';
import { mintToken } from '../connection/sign-in.js';
import { durationReader, subjectReader } from '../input/arguments.js';
import { readGrants, type GrantOptions } from '../input/grants.js';

interface TokenOptions extends GrantOptions {
  readonly subject: string;
  readonly ttl: number;
}

const DEFAULT_TTL_SECONDS = 3_600;

export function addTokenCommand(program: Command, run: Run): void {
  const command = program
    .command('token')
    .description(
      "make a token with the local issuer's key, for development; prints the token and nothing else",
    )
    .requiredOption(
      '--subject <name>',
      'who the token stands for; the history names them so',
      subjectReader('--subject'),
    )
    .option('--org <org=role>', 'role in an organization: owner, admin or member (repeatable)', collect)
    .option(
      '--project <org/project=role>',
      'role in a project: admin, editor or viewer (repeatable)',
      collect,
    )
    .option('--platform-admin', 'may register organizations and projects, and steer the rollout')
    .option(
      '--worker <org[/project]>',
      'may look up and watch keys (repeatable, for projects of one organization)',
      collect,
    )
    .option(
      '--ttl <duration>',
      'how long it is valid: 90s, 1h, 7d (default: 1h)',
      durationReader('--ttl'),
      DEFAULT_TTL_SECONDS,
    );
  run(command, async ({ connection, printer }, _args: [], options: TokenOptions) => {
    const { subject, ttl: ttlSeconds } = options;
    const token = await mintToken(connection.dataDir, { subject, ttlSeconds, ...readGrants(options) });
    printer.answer({ token }, () => token);
  });
}

function collect(text: string, before: readonly string[] = []): string[] {
  return [...before, text];
}
