export { Refusals, type Refusal, type RefusalsParts } from './refusals.js';
export { RefusalsModule } from './refusals.module.js';
export { refusalsSettings, type RefusalsSettings } from './refusals.settings.js';
