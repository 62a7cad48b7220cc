import { randomBytes } from 'node:crypto';
import { CANARY_MARK, Canaries, needlesOf, scan } from './canary-scan.js';

const key = new Canaries().key();
const noise = (length: number): Buffer => randomBytes(length);
const among = (text: string | Buffer): Buffer =>
  Buffer.concat([noise(1_000), Buffer.from(text), noise(1_000)]);
const encodings = (bytes: Buffer): string[] => scan('here', bytes).map(({ encoding }) => encoding);

const percent = (text: string): string =>
  [...Buffer.from(text)].map((byte) => `%${byte.toString(16)}`).join('');
const unicode = (text: string): string =>
  Array.from(text, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`).join('');

describe('The canary scan', () => {
  it.each<[string, string | Buffer, string]>([
    ['as it is', key, 'raw'],
    ['in hex', Buffer.from(key).toString('hex'), 'hex'],
    ['in upper-case hex', Buffer.from(key).toString('hex').toUpperCase(), 'HEX'],
    ['in a URL', encodeURIComponent(key), 'raw'],
    ['in a URL, every character escaped', percent(key), 'URL-escaped'],
    ['in a URL, in upper case', percent(key).toUpperCase(), 'URL-ESCAPED'],
    ['in JSON', JSON.stringify({ a: key }), 'raw'],
    ['in JSON in JSON', JSON.stringify(JSON.stringify({ a: key })), 'raw'],
    ['in JSON, every character escaped', unicode(key), 'JSON-escaped'],
    [
      'in JSON, in upper-case escapes',
      unicode(key).replace(/[a-f]/g, (x) => x.toUpperCase()),
      'JSON-ESCAPED',
    ],
    ['in UTF-16, little end first', Buffer.from(key, 'utf16le'), 'UTF-16LE'],
    ['in UTF-16, big end first', Buffer.from(key, 'utf16le').swap16(), 'UTF-16BE'],
  ])('finds a key %s', (_, text, encoding) => {
    expect(encodings(among(text))).toContain(encoding);
  });

  it.each(['base64', 'base64url'] as const)(
    'finds a key in %s, wherever in it the key begins',
    (encoding) => {
      for (let before = 0; before < 7; before++) {
        for (let after = 0; after < 4; after++) {
          const text = Buffer.concat([noise(before), Buffer.from(key), noise(after)]).toString(encoding);
          expect(encodings(among(text)).some((found) => found.startsWith(encoding))).toBe(true);
        }
      }
    },
  );

  it('finds the beginning or the end of a key', () => {
    expect(encodings(among(key.slice(0, 16)))).toEqual(['raw']);
    expect(encodings(among(key.slice(-20)))).toEqual(['raw']);
  });

  it('says where, and shows the canary with its number', () => {
    expect(scan('a log line', `{"msg":"${CANARY_MARK}-17"}`)).toEqual([
      { place: 'a log line', encoding: 'raw', excerpt: `{"msg":"${CANARY_MARK}-17"}` },
    ]);
  });

  it('finds nothing in noise, in a mask or in a digest', () => {
    expect(scan('noise', noise(1_000_000))).toEqual([]);
    expect(scan('mask', '••••••••0a1b')).toEqual([]);
  });

  it('looks for forms that are long enough to mean something', () => {
    for (const { bytes } of needlesOf(CANARY_MARK)) expect(bytes.length).toBeGreaterThanOrEqual(12);
  });
});
