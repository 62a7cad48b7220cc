import { median, quantile } from './statistics.js';

describe('median', () => {
  it('is the middle value, whatever the order', () => {
    expect(median([30, 4, 100])).toBe(30);
  });

  it('is the mean of the middle two of an even count', () => {
    expect(median([1, 2, 10, 100])).toBe(6);
  });

  it('leaves what it was given as it was', () => {
    const values = [3, 1, 2];
    median(values);
    expect(values).toEqual([3, 1, 2]);
  });

  it('refuses to make up a figure from nothing', () => {
    expect(() => median([])).toThrow(RangeError);
  });
});

describe('quantile', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);

  it.each([
    [0, 1],
    [0.5, 50],
    [0.99, 99],
    [0.991, 100],
    [1, 100],
  ])('%d of 1 to 100 is %d', (share, expected) => {
    expect(quantile(hundred, share)).toBe(expected);
  });

  it('is the largest value when there are too few to leave one out', () => {
    expect(quantile([7, 3], 0.99)).toBe(7);
  });
});
