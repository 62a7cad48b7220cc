import type { Mutant } from '../mutant.js';

const SPEC = 'test/e2e/preparing.e2e-spec.ts';

/** Of what prepares a clone. */
export const SCRIPTS: readonly Mutant[] = [
  {
    without: 'the lock while a clone is prepared',
    file: 'scripts/preparation-lock.mjs',
    text: '  await take(lock, say);',
    instead: '',
    spec: SPEC,
    test: 'are prepared by one of them',
  },
  {
    without: 'the takeover of a lock whose holder died',
    file: 'scripts/preparation-lock.mjs',
    text: 'if (!isAlive(holder)) {',
    instead: 'if (holder < 0) {',
    spec: SPEC,
    test: 'do not wait for one that was killed',
  },
];
