import { decodePosition, encodePosition } from '@keyward/contracts';
import { z } from 'zod';
import type { Cut } from './cuts.js';

/** The one message key, so that compaction keeps the last record alone. */
export const PROGRESS_KEY = 'progress';

const schema = z.object({ position: z.string().min(1), offsets: z.array(z.int().nonnegative()) });

export function encodeProgress(storeId: string, { position, offsets }: Cut): string {
  return JSON.stringify({ position: encodePosition(storeId, position), offsets });
}

/** Undefined for what no relay of this event log has written. */
export function decodeProgress(storeId: string, value: string): Cut | undefined {
  try {
    const { position, offsets } = schema.parse(JSON.parse(value));
    return { position: decodePosition(storeId, position), offsets };
  } catch {
    return undefined;
  }
}
