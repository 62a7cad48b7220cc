import fc from 'fast-check';
import { lastFour, looksLikeMask, mask, maskFromLastFour } from './mask.js';

describe('mask', () => {
  it('shows the last four characters of a key of 20 characters', () => {
    expect(mask('0123456789abcdef7f2c')).toBe('••••••••7f2c');
    expect(lastFour('0123456789abcdef7f2c')).toBe('7f2c');
  });

  it('shows nothing of a key of 19 characters', () => {
    expect(mask('0123456789abcdef7f2')).toBe('••••••••');
    expect(lastFour('0123456789abcdef7f2')).toBeNull();
  });

  it('does not tell how long a key is', () => {
    expect(mask('x'.repeat(400))).toHaveLength(12);
    expect(mask('')).toBe('••••••••');
  });

  it('counts characters and not halves of them', () => {
    expect(lastFour('😀'.repeat(19))).toBeNull();
    expect(lastFour('😀'.repeat(20))).toBe('😀😀😀😀');
  });

  it('is the same from the last four characters alone', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (key) => {
        expect(maskFromLastFour(lastFour(key))).toBe(mask(key));
      }),
    );
  });
});

describe('looksLikeMask', () => {
  it('recognises the mask of every key', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (key) => {
        expect(looksLikeMask(mask(key))).toBe(true);
      }),
    );
  });

  it.each(['••••', '********', '****7f2c', ' ••••••••7f2c ', '•••• 7f2c', '•a', '***\n'])(
    'recognises %j',
    (text) => {
      expect(looksLikeMask(text)).toBe(true);
    },
  );

  it.each(['', 'sk-abc', '7f2c', '****12345', 'sk-****7f2c', '•••••key-of-a-vendor', 'a****'])(
    'lets %j pass',
    (text) => {
      expect(looksLikeMask(text)).toBe(false);
    },
  );
});
