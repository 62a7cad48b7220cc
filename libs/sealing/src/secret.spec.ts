import { Writable } from 'node:stream';
import { format, inspect } from 'node:util';
import fc from 'fast-check';
import { pino } from 'pino';
import { Secret } from './secret.js';

const KEY = 'sk-canary-5f1d0c2b9a8e7d6c';

function loggedByPino(...entry: [object, string?]): string {
  let written = '';
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      written += chunk.toString();
      done();
    },
  });
  pino({ level: 'trace' }, sink).info(...entry);
  return written;
}

describe('Secret', () => {
  const secret = Secret.fromUtf8(KEY);

  it.each([
    ['JSON', () => JSON.stringify({ secret })],
    ['a template string', () => `${secret as unknown as string}`],
    ['String()', () => String(secret)],
    ['concatenation', () => '' + (secret as unknown as string)],
    ['util.inspect', () => inspect(secret)],
    [
      'util.inspect with everything shown',
      () => inspect({ secret }, { showHidden: true, depth: null, getters: true }),
    ],
    ['util.format', () => format('%s %o %O %j', secret, secret, secret, secret)],
    ['an error message', () => new Error(`refused ${secret as unknown as string}`).message],
    ['pino, as a field', () => loggedByPino({ secret }, 'set')],
    ['pino, nested in an error', () => loggedByPino({ err: Object.assign(new Error('x'), { secret }) })],
    ['pino, as the object itself', () => loggedByPino({ list: [secret] })],
  ])('is shown as [secret] by %s', (_way, show) => {
    const shown = show();
    expect(shown).toContain('[secret]');
    expect(shown).not.toContain('canary');
    expect(shown).not.toContain(Buffer.from(KEY).toString('base64').slice(0, 12));
  });

  it('is not a number, and has no own or enumerable field', () => {
    expect(Number(secret)).toBeNaN();
    expect(Object.keys(secret)).toEqual([]);
    expect(Reflect.ownKeys(secret)).toEqual([]);
    expect({ ...secret }).toEqual({});
  });

  it('loses its bytes in a structured clone', () => {
    expect(inspect(structuredClone(secret), { showHidden: true })).toBe('{}');
  });

  it('gives back any bytes it was made from', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const made = Secret.fromBytes(bytes);
        expect(made.reveal().equals(bytes)).toBe(true);
        expect(made.byteLength).toBe(bytes.length);
      }),
    );
  });

  it('gives back any Unicode text it was made from', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(Secret.fromUtf8(text).reveal().toString('utf8')).toBe(text);
      }),
    );
  });

  it('refuses half a surrogate pair, which UTF-8 would silently replace', () => {
    expect(() => Secret.fromUtf8('key\ud800')).toThrow(expect.objectContaining({ code: 'INVALID_SECRET' }));
  });

  it('copies the bytes, so that the caller can zero its own', () => {
    const own = Buffer.from(KEY);
    const made = Secret.fromBytes(own);
    own.fill(0);
    expect(made.reveal().toString()).toBe(KEY);
  });

  it('keeps its bytes out of the memory pool that small buffers share', () => {
    expect(Secret.fromUtf8('short').reveal().buffer.byteLength).toBe(5);
    expect(Secret.fromBytes(Buffer.from('short')).reveal().buffer.byteLength).toBe(5);
  });

  it('equals a secret of the same bytes and no other', () => {
    expect(secret.equals(Secret.fromUtf8(KEY))).toBe(true);
    expect(secret.equals(Secret.fromUtf8(`${KEY}x`))).toBe(false);
    expect(secret.equals(Secret.fromUtf8(KEY.toUpperCase()))).toBe(false);
    expect(Secret.fromUtf8('').equals(Secret.fromUtf8(''))).toBe(true);
  });

  it('zeroes its bytes when destroyed, and is not revealed any more', () => {
    const made = Secret.fromUtf8(KEY);
    const bytes = made.reveal();
    made.destroy();
    expect(bytes.every((byte) => byte === 0)).toBe(true);
    expect(made.byteLength).toBe(0);
    expect(() => made.reveal()).toThrow('destroyed');
    expect(() => made.equals(secret)).toThrow('destroyed');
    expect(String(made)).toBe('[secret]');
    made.destroy();
  });
});
