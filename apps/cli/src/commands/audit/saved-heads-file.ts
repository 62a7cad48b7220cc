import { existsSync } from 'node:fs';
import { appendFile, open } from 'node:fs/promises';
import { headLine, isOfLog, readHead, type LogIdentity, type SignedHead } from '@keyward/audit';
import { usageError } from '../../errors/cli-error.js';
import { unreadable } from '../../input/file-input.js';

/** What a file of saved heads has of one log. */
export interface SavedHeads {
  readonly count: number;
  readonly last: SignedHead | undefined;
}

export const NONE_SAVED: SavedHeads = { count: 0, last: undefined };

/** @param option that names the file; that of --out may not be there yet */
export async function readSavedHeads(
  path: string,
  log: LogIdentity,
  option: '--heads' | '--out',
): Promise<SavedHeads> {
  if (option === '--out' && !existsSync(path)) return NONE_SAVED;
  let saved = NONE_SAVED;
  for await (const line of linesOf(path, option)) {
    const signed = readHead(Buffer.from(line));
    if (!signed) throw usageError(`The file of ${option} has a line that is no head.`);
    // One that closes an export is no link of the chain.
    if (isOfLog(signed.head, log) && signed.head.exportFrom === null)
      saved = { count: saved.count + 1, last: signed };
  }
  return saved;
}

async function* linesOf(path: string, option: string): AsyncGenerator<string> {
  const file = await open(path).catch((error: NodeJS.ErrnoException) => {
    throw unreadable(option, error);
  });
  yield* file.readLines();
}

/** At the end; the file is made if it is not there. */
export async function appendSavedHeads(path: string, heads: readonly SignedHead[]): Promise<void> {
  try {
    await appendFile(path, heads.map((head) => `${headLine(head)}\n`).join(''), { mode: 0o644 });
  } catch (error) {
    const { code = 'error' } = error as NodeJS.ErrnoException;
    throw usageError(`The file of --out cannot be written (${code}).`, 'Check its path and its owner.');
  }
}
