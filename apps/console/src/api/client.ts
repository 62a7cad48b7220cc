import createClient from 'openapi-fetch';
import { Problem } from './problem.js';
import type { paths } from './schema.js';

/** Asked for with every call: no page of another origin can send it. */
export const CONSOLE_HEADER = { 'X-Keyward-Console': '1' };

export const api = createClient<paths>({ baseUrl: '/', headers: CONSOLE_HEADER });

interface Outcome<T> {
  readonly data?: T;
  readonly error?: unknown;
  readonly response: Response;
}

type SignedOut = () => void;
let signedOut: SignedOut = () => undefined;

/** Called when the server no longer knows who is calling. */
export function onSignedOut(listener: SignedOut): void {
  signedOut = listener;
}

/** @throws Problem */
export async function answerOf<T>(call: Promise<Outcome<T>>): Promise<T> {
  let outcome: Outcome<T>;
  try {
    outcome = await call;
  } catch {
    throw Problem.unreachable();
  }
  if (outcome.data !== undefined) return outcome.data;
  if (outcome.response.status === 401) signedOut();
  throw Problem.from(outcome.error);
}

/** So that a write that is sent twice, because the first answer was lost, is done once. */
export function once(): { 'Idempotency-Key': string } {
  return { 'Idempotency-Key': crypto.randomUUID() };
}
