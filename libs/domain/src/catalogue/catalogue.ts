import { AI_MODELS } from './ai-models.js';
import { COMMERCE } from './commerce.js';
import { CUSTOMERS } from './customers.js';
import { DATABASES } from './databases.js';
import { DEVELOPMENT } from './development.js';
import { DOCUMENTS } from './documents.js';
import type { Integration } from './integration.js';
import { MESSAGING } from './messaging.js';
import { SPEECH_AND_IMAGES } from './speech-and-images.js';
import { WEB_SEARCH } from './web-search.js';

/** Month whose state of affairs the catalogue describes (ISO 8601). Move it on when the entries are gone through anew. */
export const CATALOGUE_AS_OF = '2026-11';

/** Every category with its integrations, in the order in which people are shown them. */
export const CATALOGUE_BY_CATEGORY: ReadonlyMap<string, readonly Integration[]> = new Map([
  ['AI models', AI_MODELS],
  ['Speech and images', SPEECH_AND_IMAGES],
  ['Web search', WEB_SEARCH],
  ['Databases', DATABASES],
  ['Messaging', MESSAGING],
  ['Documents', DOCUMENTS],
  ['Development', DEVELOPMENT],
  ['Customers', CUSTOMERS],
  ['Commerce', COMMERCE],
]);

/** Every integration by its id. */
export const CATALOGUE: ReadonlyMap<string, Integration> = new Map(
  [...CATALOGUE_BY_CATEGORY.values()].flat().map((entry) => [entry.id, entry]),
);

/** Undefined when the catalogue has no such integration. Ids are case-sensitive. */
export function findIntegration(id: string): Integration | undefined {
  return CATALOGUE.get(id);
}
