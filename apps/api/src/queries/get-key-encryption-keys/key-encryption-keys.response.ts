import { z } from 'zod';

/** What either operation says of the key encryption keys: ids, which are public. */
export const kekStatusFields = {
  current: z.string().describe('Id of the key that seals from now on.'),
  others: z
    .array(z.string())
    .describe('Ids of further keys that something in use may be wrapped by: every process needs them.'),
  retired: z.array(z.string()).describe('Ids of keys that no process needs any more.'),
  rotation: z
    .enum(['none', 'running'])
    .describe(
      'running: all that is in use is being wrapped by the current key. It ends when no others are left.',
    ),
  remaining: z
    .int()
    .nullable()
    .describe('Data keys that others wrap, as this process counts them; null while it counts.'),
  unreadable: z.int().describe('Of them, those that do not unwrap: the log of this process names them.'),
};
