/** Begins and ends every canary, so that one search finds them all, whole or cut off. Looks like no vendor's key. */
export const CANARY_MARK = 'QzCanaryZq7X';

/** One form in which the mark could stand somewhere. */
export interface Needle {
  readonly encoding: string;
  readonly bytes: Buffer;
}

export interface Finding {
  readonly place: string;
  readonly encoding: string;
  /** What stands around it. Canaries are no secrets. */
  readonly excerpt: string;
}

/** Every form of the text that the scan looks for. */
export function needlesOf(text: string): Needle[] {
  const bytes = Buffer.from(text, 'utf8');
  const hex = bytes.toString('hex');
  const pairs = hex.match(/../g)!;
  const utf16 = Buffer.from(text, 'utf16le');
  const forms: [string, Buffer | string][] = [
    ['raw', bytes],
    ...[0, 1, 2].flatMap((shift): [string, string][] => [
      [`base64, shifted by ${shift}`, base64At(bytes, shift, 'base64')],
      [`base64url, shifted by ${shift}`, base64At(bytes, shift, 'base64url')],
    ]),
    ['hex', hex],
    ['HEX', hex.toUpperCase()],
    ['URL-escaped', pairs.map((pair) => `%${pair}`).join('')],
    ['URL-ESCAPED', pairs.map((pair) => `%${pair.toUpperCase()}`).join('')],
    ['JSON-escaped', pairs.map((pair) => `\\u00${pair}`).join('')],
    ['JSON-ESCAPED', pairs.map((pair) => `\\u00${pair.toUpperCase()}`).join('')],
    ['UTF-16LE', utf16],
    ['UTF-16BE', Buffer.from(utf16).swap16()],
  ];
  return forms.map(([encoding, form]) => ({ encoding, bytes: Buffer.from(form) }));
}

/** The characters that the text always has in base64, whatever stands before and after it, at one of three places. */
function base64At(bytes: Buffer, shift: number, encoding: 'base64' | 'base64url'): string {
  const lead = Buffer.alloc(shift);
  const whole = Math.floor((shift + bytes.length) / 3) * 4;
  return Buffer.concat([lead, bytes])
    .toString(encoding)
    .slice(Math.ceil((shift * 8) / 6), whole);
}

const NEEDLES = needlesOf(CANARY_MARK);

/** Where in the bytes a canary stands, once for every form. */
export function scan(place: string, content: Buffer | string): Finding[] {
  const bytes = Buffer.from(content);
  return NEEDLES.flatMap((needle) => {
    const at = bytes.indexOf(needle.bytes);
    if (at === -1) return [];
    const excerpt = bytes.toString('latin1', Math.max(0, at - 60), at + 120);
    return [{ place, encoding: needle.encoding, excerpt }];
  });
}

/** Canaries, each with a number, so that a finding says which one it is. */
export class Canaries {
  private last = 0;

  /** A key with what escaping would alter; its last four characters may be shown, as those of any long key. */
  key(): string {
    return `${CANARY_MARK}-${++this.last}-"é\\/<&> -${CANARY_MARK}-0a1b`;
  }

  /** One that could be an id as well. */
  word(): string {
    return `${CANARY_MARK}-${++this.last}`;
  }
}
