import type { Mutant } from '../mutant.js';

const FAULTS = 'test/faults/distributed';

/** Protections that clients of the apps apart must miss, whatever the specs of the adapters say. */
export const WHOLE_SYSTEM: readonly Mutant[] = [
  {
    without: 'retries of an append whose reply was lost',
    file: 'apps/api/src/write-side/durable-appender.ts',
    text: 'const UNKNOWN_OUTCOME_RETRIES = 8;',
    instead: 'const UNKNOWN_OUTCOME_RETRIES = 0;',
    spec: `${FAULTS}/eventstoredb.e2e-spec.ts`,
    test: 'answers the original result',
  },
  {
    without: 'the dead letter that somebody can read',
    file: 'libs/change-log/src/kafka/dead-letters.ts',
    text: 'this.send(`${partition}/${offset}`, value).catch(',
    instead: '(value ? Promise.resolve() : this.send(`${partition}/${offset}`, value)).catch(',
    spec: `${FAULTS}/kafka.e2e-spec.ts`,
    test: 'passes over what is no change',
  },
];
