// @needs redis
import type { Row } from '../../harness/row.js';
import { lookupRows } from './lookups.js';
import { memoryRows } from './memory.js';
import { rebuildRows } from './rebuild.js';

/** In one file because they share the recorded data. */
export const rows: readonly Row[] = [...lookupRows, ...rebuildRows, ...memoryRows];
