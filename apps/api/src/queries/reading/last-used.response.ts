import { z } from 'zod';

export const lastUsedAtField = z
  .string()
  .nullable()
  .describe(
    'RFC 3339, UTC: when this version was last handed out to a worker, for any project; null for never.',
  );

export const lastUsedFields = {
  lastUsedAsOf: z
    .string()
    .nullable()
    .describe(
      'The position in the event log up to which `lastUsedAt` is told. What is handed out comes there within ' +
        '`KEYWARD_READ_AUDIT_INTERVAL`. Null while it cannot be told: then each `lastUsedAt` is null too.',
    ),
};
