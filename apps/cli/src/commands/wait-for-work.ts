import { sleep } from '@keyward/runtime';
import type { CommandContext } from '../command-context.js';
import type { ApiClient } from '../connection/api-client.js';
import { interruptedError } from '../errors/cli-error.js';

const POLL_MS = 500;
/** A token that is made for the command lives for a minute. */
const NEW_TOKEN_AFTER_MS = 40_000;

/** Work that goes on in Keyward while the command waits for its end. */
export interface Work<T> {
  readonly begun: T;
  readonly ask: (api: ApiClient) => Promise<T>;
  readonly isDone: (status: T) => boolean;
  /** How far it is, for a person at the terminal. */
  readonly textOf: (status: T) => string;
  /** Told of everything that is asked. */
  readonly onStatus?: (status: T) => void;
}

/** Shows how far it is on a terminal until it is done. Ended early, the work goes on in Keyward. */
export async function waitForWork<T>(context: CommandContext, api: ApiClient, work: Work<T>): Promise<T> {
  const { interrupted } = context.environment;
  const progress = context.printer.progress();
  let [signedIn, status, signedInAt] = [api, work.begun, performance.now()];
  try {
    while (!work.isDone(status)) {
      const shown = status;
      progress.show(() => work.textOf(shown));
      await sleep(POLL_MS, interrupted);
      if (interrupted.aborted) throw interruptedError();
      if (performance.now() - signedInAt > NEW_TOKEN_AFTER_MS)
        [signedIn, signedInAt] = [await context.api({ platformAdmin: true }), performance.now()];
      status = await work.ask(signedIn);
      work.onStatus?.(status);
    }
  } finally {
    progress.end();
  }
  return status;
}
