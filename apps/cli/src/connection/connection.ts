import { resolve } from 'node:path';
import { loadSettings } from '@keyward/runtime';
import { cliSettings } from '../cli.settings.js';
import { usageError } from '../errors/cli-error.js';

/** The options of every command, as commander hands them over. */
export interface ConnectionOptions {
  readonly url?: string;
  readonly grpc?: string;
  readonly data?: string;
  readonly tokenFile?: string;
}

/** Where Keyward is, and what to sign in with. */
export interface Connection {
  /** Without a slash at the end. */
  readonly url: string;
  /** host:port */
  readonly grpcTarget: string;
  readonly grpcTls: boolean;
  readonly dataDir: string;
  readonly tokenFile: string | undefined;
  readonly token: string | undefined;
}

/** @throws SettingsError, CliError for an option or a variable that cannot be used. */
export function toConnection(
  options: ConnectionOptions,
  env: Readonly<Record<string, string | undefined>>,
): Connection {
  // The server's settings may stand in the same environment: they are no typing errors here.
  const settings = loadSettings(cliSettings, env, { alsoKnown: Object.keys(env) });
  const grpc = checked('--grpc', options.grpc ?? settings.KEYWARD_GRPC, cliSettings.KEYWARD_GRPC);
  const url = checked('--url', options.url ?? settings.KEYWARD_URL, cliSettings.KEYWARD_URL);
  return {
    url: withoutCredentials(url),
    grpcTarget: grpc.replace('https://', ''),
    grpcTls: grpc.startsWith('https://'),
    dataDir: options.data === undefined ? settings.KEYWARD_DATA_DIR : resolve(options.data),
    tokenFile: options.tokenFile ?? settings.KEYWARD_TOKEN_FILE,
    token: settings.KEYWARD_TOKEN,
  };
}

function checked(option: string, value: string, { parse, rule }: typeof cliSettings.KEYWARD_URL): string {
  try {
    return parse(value.trim());
  } catch {
    throw usageError(`${option} must be ${rule}.`);
  }
}

function withoutCredentials(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw usageError(
      '--url must be an address like https://keyward.example.com, without a user, a query or a fragment.',
    );
  }
  return url.href.replace(/\/+$/, '');
}
