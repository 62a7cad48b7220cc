import { isLoopback } from '@keyward/runtime';
import type { Command } from 'commander';
import type { CliEnvironment } from './cli-environment.js';
import { ApiClient } from './connection/api-client.js';
import { toConnection, type Connection, type ConnectionOptions } from './connection/connection.js';
import { signIn, type Need } from './connection/sign-in.js';
import type { Printer } from './output/printer.js';

/** What a command works with. */
export class CommandContext {
  readonly connection: Connection;

  constructor(
    readonly environment: CliEnvironment,
    readonly printer: Printer,
    options: ConnectionOptions,
  ) {
    this.connection = toConnection(options, environment.env);
  }

  /** The API, signed in with what the need can be met with. */
  async api(need: Need): Promise<ApiClient> {
    const token = await this.token(need);
    const { protocol, hostname } = new URL(this.connection.url);
    if (protocol === 'http:') this.warnOfPlainText(hostname);
    return this.client(token);
  }

  /** The API's public part. */
  anonymousApi(): ApiClient {
    return this.client(undefined);
  }

  token(need: Need): Promise<string> {
    const { connection, environment, printer } = this;
    return signIn(need, {
      connection,
      userName: environment.userName,
      note: (sentence) => printer.note(sentence),
    });
  }

  /** For a host that is reached without TLS. */
  warnOfPlainText(host: string): void {
    if (isLoopback(host)) return;
    this.printer.note(`What is sent to ${host} goes without TLS, the token too: use an https address.`);
  }

  private client(token: string | undefined): ApiClient {
    return new ApiClient({ url: this.connection.url, token, interrupted: this.environment.interrupted });
  }
}

type Action<Args extends readonly unknown[], Options> = (
  context: CommandContext,
  args: Args,
  options: Options,
) => Promise<void>;

/** Registers a command's action. Its arguments and options are as the command's readers made them. */
export type Run = <const Args extends readonly unknown[], Options>(
  command: Command,
  action: Action<Args, Options>,
) => Command;

export function runWith(environment: CliEnvironment, printer: Printer): Run {
  return (command, action) =>
    command.action(async () => {
      const context = new CommandContext(environment, printer, command.optsWithGlobals());
      await action(context, command.processedArgs as never, command.opts<never>());
    });
}
