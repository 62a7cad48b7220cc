import { z } from 'zod';
import { writeFields } from '../../http/operation/answers.js';

export const projectResponse = z.strictObject({
  organizationId: z.string(),
  projectId: z.string(),
  name: z.string(),
  archived: z.boolean(),
  version: z.int(),
  ...writeFields,
});
