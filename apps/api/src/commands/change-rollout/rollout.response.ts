import { z } from 'zod';

/** The rollout, as reading and changing it answer. */
export const rolloutFields = {
  percentage: z.number(),
  include: z.array(z.string()),
  exclude: z.array(z.string()),
  version: z.int(),
};
