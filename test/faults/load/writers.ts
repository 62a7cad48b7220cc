import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../../support/random.js';
import type { History } from './history.js';
import type { HttpClient } from './http-client.js';
import { planCommand } from './plan-command.js';
import type { Tokens } from './world.js';

export interface WritersParts {
  readonly history: History;
  readonly http: HttpClient;
  readonly random: Random;
  readonly tokens: Tokens;
  readonly round: number;
}

const WRITERS = 12;
/** Of whoever finds no server, and of whoever is asked to try again later. */
const PAUSE_MS = { not_sent: 20, unknown: 500 };

/** Writes side by side until the signal; resolves when the last answer came, or never will. */
export async function runWriters(parts: WritersParts, signal: AbortSignal): Promise<void> {
  await Promise.all(Array.from({ length: WRITERS }, (_, writer) => runWriter(parts, writer, signal)));
}

async function runWriter(
  { history, http, random, tokens, round }: WritersParts,
  writer: number,
  signal: AbortSignal,
): Promise<void> {
  const memory = { acknowledgedIn: history.acknowledgedIn.bind(history), tokens };
  for (let n = 0; !signal.aborted; n++) {
    const command = planCommand(`r${round}-w${writer}-${n}`, random, memory);
    const { kind } = await history.send(command, http);
    if (kind === 'not_sent' || kind === 'unknown') await sleep(PAUSE_MS[kind]);
    // A client that is not sure that it was understood says it again.
    if (kind === 'ok' && random.chance(0.1) && !signal.aborted) await history.send(command, http);
  }
}
