import { constants } from 'node:fs';
import { access, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { TokenRequest } from '@keyward/access';
import { isLoopback } from '@keyward/runtime';
import { CliError, usageError } from '../errors/cli-error.js';
import { EXIT } from '../errors/exit-codes.js';
import type { Connection } from './connection.js';

/** The least a command needs to be allowed; a token that is made for it holds just this. */
export type Need = Pick<TokenRequest, 'platformAdmin' | 'organizations' | 'projects' | 'worker'> & {
  /** For a command that goes on until it is ended. */
  readonly lasting?: boolean;
};

export interface SignInParts {
  readonly connection: Connection;
  readonly userName: string;
  /** Tells the person at the terminal. */
  readonly note: (sentence: string) => void;
}

/** A token that is made for one command. */
const MINTED_TTL_SECONDS = 60;
/** A command that lasts ends with its token. */
const MINTED_LASTING_TTL_SECONDS = 24 * 60 * 60;
const VISIBLE_ASCII = /^[\x21-\x7e]+$/;

/**
 * The token of `--token-file`, else of KEYWARD_TOKEN, else one that is made on the fly: only in
 * development, where the local issuer's key can be read and Keyward is on this machine.
 * @throws CliError with exit code 3 when there is none.
 */
export async function signIn(need: Need, parts: SignInParts): Promise<string> {
  const { tokenFile, token } = parts.connection;
  if (tokenFile !== undefined)
    return checkedToken(await readTokenFile(tokenFile), 'The file of --token-file');
  if (token !== undefined) return checkedToken(token, 'KEYWARD_TOKEN');
  return mint(need, parts);
}

async function readTokenFile(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'error';
    throw usageError(`The file of --token-file cannot be read (${code}).`, 'Check its path and its owner.');
  }
}

function checkedToken(text: string, source: string): string {
  const token = text.trim();
  // Checked here because the error about a bad header has the header in it.
  if (VISIBLE_ASCII.test(token)) return token;
  throw usageError(`${source} holds no token: a JWT is one line of visible ASCII characters.`);
}

async function mint(
  { lasting = false, ...need }: Need,
  { connection, userName, note }: SignInParts,
): Promise<string> {
  const { dataDir, url } = connection;
  if (!isLoopback(new URL(url).hostname)) throw noToken('Keyward is on another machine');
  const subject = `cli:${userName}`;
  const ttlSeconds = lasting ? MINTED_LASTING_TTL_SECONDS : MINTED_TTL_SECONDS;
  const token = await mintToken(dataDir, { subject, ttlSeconds, ...need });
  note(
    `No token given: made one with the local issuer's key in ${shortPath(dataDir)} for ${subject}, ${describeNeed(need)}.`,
  );
  return token;
}

/** @throws CliError when the key is unusable; KeywardError INVALID_REQUEST for a token that could not be used. */
export async function mintToken(dataDir: string, request: TokenRequest): Promise<string> {
  const keyFile = join(dataDir, 'issuer.jwk');
  // The issuer would make itself a key, which no Keyward that runs already knows.
  if (!(await isReadable(keyFile))) throw noToken(`no local issuer's key can be read at ${keyFile}`);
  // Not at the top: most commands get a token and need none of this.
  const { LocalIssuer } = await import('@keyward/access');
  const issuer = await LocalIssuer.open(dataDir).catch((error: unknown) => {
    const sentence = error instanceof Error ? error.message : "The local issuer's key cannot be used.";
    throw new CliError(sentence, { exitCode: EXIT.unauthenticated, code: 'UNAUTHENTICATED' });
  });
  return issuer.issue(request);
}

async function isReadable(path: string): Promise<boolean> {
  return access(path, constants.R_OK).then(
    () => true,
    () => false,
  );
}

function noToken(why: string): CliError {
  return new CliError(`No token was given, and none can be made here: ${why}.`, {
    exitCode: EXIT.unauthenticated,
    code: 'UNAUTHENTICATED',
    remedy:
      'Give one with KEYWARD_TOKEN or --token-file; in development, name the data folder of the running Keyward with --data or KEYWARD_DATA_DIR.',
  });
}

function shortPath(path: string): string {
  const fromHere = relative('.', path) || '.';
  return fromHere.length < path.length ? fromHere : path;
}

/** `admin of acme` */
export function describeNeed({ platformAdmin, organizations, projects, worker }: Need): string {
  if (platformAdmin) return 'platform admin';
  const roles = Object.entries({ ...organizations, ...projects }).map(
    ([where, role]) => `${role} of ${where}`,
  );
  if (worker) roles.push(`worker of ${[worker.organization, ...(worker.projects ?? [])].join(' ')}`);
  return roles.join(', ') || 'no role';
}
