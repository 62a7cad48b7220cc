import type { CatalogueItem } from '../api/queries.js';

/** A mask begins so: what is shown in place of a key is no key. */
const MASK = /^[•*]{4}/;

/** What can be said without asking the server; null: nothing. */
export function problemOf(secret: string, { keyFormat, vendor }: CatalogueItem, kind: string): string | null {
  if (secret === '') return 'Paste the key.';
  if (MASK.test(secret)) return 'This is what is shown in place of a key. Paste the key itself.';
  if (/\s/.test(secret.trim()) && kind === 'api_key')
    return 'There is white space in it: it was not copied whole, or with more than the key.';
  if (kind !== 'api_key' || !keyFormat || new RegExp(keyFormat.pattern, 'u').test(secret.trim())) return null;
  return `Keys of ${vendor} ${keyFormat.description}. This one does not.`;
}
