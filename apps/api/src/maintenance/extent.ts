import { z } from 'zod';

const MOST = 1_000_000;
const error = (): string => `must be "whole", "none" or a whole number from 1 to ${MOST}`;
const EXTENT = z.union([z.enum(['whole', 'none']), z.int().min(1).max(MOST)], { error });

/** Of a rebuild: enough to find what went wrong everywhere, and done in seconds. */
export const REBUILD_EXTENT = 1_000;
export const rebuildExtent = EXTENT.optional().describe(
  `Records to compare with the log before the switch: all, none, or so many taken at random. Left out: ${REBUILD_EXTENT}.`,
);

const sampleError = (): string => `must be a whole number from 1 to ${MOST}`;
export const sample = z
  .int({ error: sampleError })
  .min(1, { error: sampleError })
  .max(MOST, { error: sampleError })
  .optional()
  .describe('Compare only so many records, taken at random. Left out: all.');
