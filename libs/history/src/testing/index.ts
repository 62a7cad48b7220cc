export { append, at, by, type SampleEvent } from './history-events.js';
export { openInProcess } from './in-process-index.js';
