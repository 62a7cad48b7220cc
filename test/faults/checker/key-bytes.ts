/** Stands in every key that is ever set, so that it is known wherever it turns up. */
export const KEY_MARK = 'canary-0123456789';

const FORMS = formsOf(KEY_MARK);

/** Whether a text holds the bytes of a key, however they are written. */
export function holdsKeyBytes(text: string): boolean {
  return FORMS.some((form) => text.includes(form));
}

/** As it is, in hex, and in base64 of either alphabet wherever it begins, without what its neighbours decide. */
function formsOf(mark: string): string[] {
  const bytes = Buffer.from(mark);
  const base64 = [0, 1, 2].flatMap((before) => {
    const whole = Buffer.concat([Buffer.alloc(before), bytes]);
    return (['base64', 'base64url'] as const).map((as) => whole.toString(as).replace(/=+$/, '').slice(4, -1));
  });
  return [mark, bytes.toString('hex'), ...base64];
}
