import { dataSet } from '../../support/served-data.js';

/** 1,000 slots and 20,000 events. */
export const small = dataSet(1);
/** Ten times that. */
export const large = dataSet(10);
