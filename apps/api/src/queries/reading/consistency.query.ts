import { z } from 'zod';
import { flag, positionToken } from '../../http/validation/fields.js';

/** How fresh the answer must be: at most one. The same choice as in the gRPC API. */
export const consistencyFields = {
  minimize_latency: flag.optional().describe('true: whatever is at hand, within the staleness bound.'),
  at_least_as_fresh: positionToken.optional().describe('Waits until the answer sees what had this position.'),
  fully_consistent: flag
    .optional()
    .describe('true: asks the event log for its end first, and waits for that.'),
};

export const consistencyQuery = z.strictObject(consistencyFields);

export type RequestedLevel = z.output<typeof consistencyQuery>;
