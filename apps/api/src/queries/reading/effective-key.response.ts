import type { EffectiveKey } from '@keyward/domain';
import { z } from 'zod';
import { keyFacts, keyFactsSchema } from './key-facts.js';

/** The effective key as the HTTP API shows it: everything about it but its bytes. */
export const effectiveKeyFields = {
  outcome: z.enum(['found', 'not_configured']),
  source: z
    .enum(['organization', 'project'])
    .nullable()
    .describe('Whose key it is; null when there is none.'),
  reason: z.enum(['not_set', 'disabled']).nullable().describe('Why there is none; null when there is one.'),
  key: keyFactsSchema.nullable(),
};

export function effectiveKeyAnswer(effective: EffectiveKey) {
  return effective.outcome === 'found'
    ? { outcome: effective.outcome, source: effective.source, reason: null, key: keyFacts(effective.key) }
    : { outcome: effective.outcome, source: null, reason: effective.reason, key: null };
}
