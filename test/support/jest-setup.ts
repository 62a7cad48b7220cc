import { expect, jest } from '@jest/globals';
import fc from 'fast-check';

/** `--strict`: new cases, and one try. Without it a change is judged by the same cases as the one before it. */
const STRICT = process.env['KEYWARD_TEST_STRICT'] === '1';
const SEED = 20_260_101;

if (!STRICT) {
  fc.configureGlobal({ seed: SEED });
  // A machine that stood still for a moment is no failure where real processes and servers are at work.
  // What passes at the second try only is named at the end of the run.
  if (/\.(int|e2e)-spec\.ts$/.test(expect.getState().testPath ?? ''))
    jest.retryTimes(1, { retryImmediately: true, logErrorsBeforeRetry: true });
}
