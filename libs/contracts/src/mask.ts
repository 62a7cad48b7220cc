const BULLETS = '•'.repeat(8);
const SHOWN_CHARACTERS = 4;

/** Below this length four characters would give too much of the key away, so none is shown. */
const LEAST_LENGTH_TO_SHOW = 20;

const MASK = /^[•*]+\s*.{0,4}$/su;

/** The last four characters of a key that has 20 or more, else null. Characters are Unicode code points. */
export function lastFour(secretText: string): string | null {
  const characters = Array.from(secretText);
  return characters.length >= LEAST_LENGTH_TO_SHOW ? characters.slice(-SHOWN_CHARACTERS).join('') : null;
}

/** How a key is shown: eight bullets whatever its length, and the last four characters of a long one. */
export function mask(secretText: string): string {
  return maskFromLastFour(lastFour(secretText));
}

/** The mask of a key of which only the last four characters are known (see {@link lastFour}). */
export function maskFromLastFour(shown: string | null): string {
  return BULLETS + (shown ?? '');
}

/**
 * Whether a text is what a screen shows in place of a key: bullets or asterisks, then at most four
 * other characters. Somebody who sends it meant to keep the key, not to set one.
 */
export function looksLikeMask(text: string): boolean {
  return MASK.test(text.trim());
}
