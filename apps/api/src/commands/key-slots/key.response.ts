import { z } from 'zod';
import { writeFields } from '../../http/operation/answers.js';

const fields = {
  keyId: z.string().describe('Names this version of the key for ever.'),
  version: z.int().describe('Counts value changes of this slot: 1, 2, 3 ...'),
};
const enabled = z
  .boolean()
  .describe(
    "False when the organization's key is kept but switched off: setting the same value does not switch it on.",
  );

export const keySetResponse = z.strictObject({
  ...fields,
  mask: z.string().describe('What is shown in place of the key.'),
  fingerprint: z.string().describe('Equal for equal keys of one organization.'),
  enabled,
  ...writeFields,
});

export const keyDestroyedResponse = z.strictObject({ ...fields, ...writeFields });

export const keyUseResponse = z.strictObject({ ...fields, enabled, ...writeFields });
