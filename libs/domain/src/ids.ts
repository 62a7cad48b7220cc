/** What may stand as the id of an organization, a project or an integration. `~` cannot occur: it separates ids in stream names. */
export const ID_PATTERN = '[A-Za-z0-9][A-Za-z0-9_.-]{0,63}';

const ID = new RegExp(`^${ID_PATTERN}$`);

export const ID_RULE = 'must be 1 to 64 letters, digits, "_", "." or "-", beginning with a letter or digit';

export function isId(value: string): boolean {
  return ID.test(value);
}
