import type { Mutant } from '../mutant.js';
import { BROADCASTER } from './broadcaster.js';
import { CHANGE_LOG } from './change-log.js';
import { CONSOLE } from './console.js';
import { EVENT_STORE } from './event-store.js';
import { KEYS_AND_ACCESS } from './keys-and-access.js';
import { READ_AUDIT } from './read-audit.js';
import { MAINTENANCE } from './maintenance.js';
import { READ_MODEL } from './read-model.js';
import { SCRIPTS } from './scripts.js';
import { WHOLE_SYSTEM } from './whole-system.js';

export const MUTANTS: readonly Mutant[] = [
  ...EVENT_STORE,
  ...READ_MODEL,
  ...READ_AUDIT,
  ...MAINTENANCE,
  ...CHANGE_LOG,
  ...BROADCASTER,
  ...KEYS_AND_ACCESS,
  ...CONSOLE,
  ...SCRIPTS,
  ...WHOLE_SYSTEM,
];
