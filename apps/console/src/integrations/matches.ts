import type { OrgIntegration } from '../api/queries.js';

export const STATE_NAMES = { not_set: 'Not set', enabled: 'On', disabled: 'Off' } as const;

/** Every word has to be in the name, the vendor or the state. */
export function matches(
  { name, vendor, state }: Pick<OrgIntegration, 'name' | 'vendor' | 'state'>,
  search: string,
): boolean {
  const text = `${name} ${vendor} ${STATE_NAMES[state]}`.toLowerCase();
  return search
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}
