import { sleep } from '@keyward/runtime';
import type { ApiClient, ApiRequest } from '../connection/api-client.js';
import { CliError, interruptedError } from '../errors/cli-error.js';
import { EXIT } from '../errors/exit-codes.js';
import { partOf, type PartFile } from './part-file.js';

export interface Download {
  /** Signed in anew for each attempt: it may take longer than a token lives. */
  readonly api: () => Promise<ApiClient>;
  readonly path: readonly string[];
  readonly query: Readonly<Record<string, string>>;
  readonly interrupted: AbortSignal;
  readonly onEvents: (done: number, all: number) => void;
  /** Milliseconds before a broken connection is made again, twice as many the next time. @defaultValue 250 */
  readonly firstWaitMs?: number;
}

/** In a row without anything that came. */
const MOST_FAILURES = 8;
const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 5_000;
const EVENTS_HEADER = 'keyward-export-events';

/** Downloads what is missing in the file. A connection that breaks is made again; before there was one, its failure is the command's. */
export async function downloadExport(file: PartFile, download: Download): Promise<void> {
  let failures = 0;
  let wasConnected = false;
  for (;;) {
    const before = file.records.count;
    try {
      return await attempt(file, download, () => (wasConnected = true));
    } catch (error) {
      await file.cut();
      failures = file.records.count > before ? 1 : failures + 1;
      if (!wasConnected || !isPassing(error) || failures > MOST_FAILURES) throw error;
      await pause(failures, download);
    }
  }
}

async function pause(failures: number, download: Download): Promise<void> {
  const { firstWaitMs = FIRST_WAIT_MS, interrupted } = download;
  await sleep(Math.min(LONGEST_WAIT_MS, firstWaitMs * 2 ** (failures - 1)), interrupted);
  if (interrupted.aborted) throw interruptedError();
}

async function attempt(file: PartFile, download: Download, connected: () => void): Promise<void> {
  const { records } = file;
  const api = await download.api();
  const { headers, bytes } = await api.stream(requestFor(file, download));
  connected();
  const all = records.count + Number(headers.get(EVENTS_HEADER) ?? NaN);
  for await (const chunk of bytes) {
    await file.append(chunk);
    download.onEvents(records.count, all);
  }
  if (records.count !== all || !records.endsWithHead) throw endedEarly();
}

function requestFor({ records }: PartFile, { path, query }: Download): ApiRequest {
  const { leafHash, count } = records;
  const after = leafHash === undefined ? {} : { after: String(count - 1), after_hash: leafHash };
  return { method: 'GET', path, query: { ...query, ...after } };
}

/** What may be otherwise in a moment. */
function isPassing(error: unknown): boolean {
  if (!(error instanceof CliError)) return false;
  return error.exitCode === EXIT.unavailable || error.exitCode === EXIT.rateLimited;
}

function endedEarly(): CliError {
  const parts = { exitCode: EXIT.unavailable, code: 'ENDED_EARLY' } as const;
  return new CliError('What came of the export ends before its end.', parts);
}

/** What to do after a failure: what is there is not lost. */
export function toGoOn(error: unknown, path: string): unknown {
  if (!(error instanceof CliError)) return error;
  const { exitCode, code, message, violations, context } = error;
  const isForeign = violations.some(({ field }) => field === 'after' || field === 'after_hash');
  const remedy = isForeign
    ? `${partOf(path)} is not the beginning of this log: move it away, and export again.`
    : error.exitCode === EXIT.unavailable || error.exitCode === EXIT.interrupted
      ? 'Run the same command again: it goes on where it stopped.'
      : error.remedy;
  return new CliError(message, { exitCode, code, violations, context, remedy });
}
