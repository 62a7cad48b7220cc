import { Pace } from './pace.js';

describe('The pace of a long work', () => {
  it('is told from when it was first looked at, with the time that is left', () => {
    let now = 5_000;
    const pace = new Pace('events', () => now);
    expect(pace.textOf(2_000, 10_000)).toBe('[=====                   ] 20 %  2,000 of 10,000 events');
    now += 2_000;
    expect(pace.textOf(3_000, 10_000)).toBe(
      '[=======                 ] 30 %  3,000 of 10,000 events, 500 a second, 14 s left',
    );
    expect(pace.textOf(10_000, 10_000)).toMatch(/^\[={24}\] 100 % .* 0 s left$/);
  });

  it('is whole where there is nothing to do', () => {
    expect(new Pace('events', () => 0).textOf(0, 0)).toBe('[========================] 100 %  0 of 0 events');
  });
});
