import { CircuitBreaker, type BreakerState } from './circuit-breaker.js';

function breaker(random = 1) {
  const clock = { ms: 0 };
  const states: BreakerState[] = [];
  const made = new CircuitBreaker({
    now: () => clock.ms,
    random: () => random,
    onState: (state) => states.push(state),
    failures: 3,
    minOpenMs: 100,
    maxOpenMs: 400,
  });
  const fail = (times: number): void => {
    for (let n = 0; n < times; n++) made.failed();
  };
  return { made, clock, states, fail };
}

describe('CircuitBreaker', () => {
  it('opens after so many failures in a row, and not before', () => {
    const { made, fail, states } = breaker();
    fail(2);
    made.succeeded();
    fail(2);
    expect(made.admits()).toBe(true);
    fail(1);
    expect(made.admits()).toBe(false);
    expect(states).toEqual(['open']);
  });

  it('lets one through after a while, and closes when that succeeds', () => {
    const { made, fail, clock, states } = breaker();
    fail(3);
    clock.ms = 99;
    expect(made.admits()).toBe(false);
    clock.ms = 100;
    expect(made.admits()).toBe(true);
    expect(made.admits()).toBe(false);
    made.succeeded();
    expect(made.admits()).toBe(true);
    expect(states).toEqual(['open', 'half-open', 'closed']);
  });

  it('stays open longer after each probe that fails, up to the limit', () => {
    const { made, fail, clock } = breaker();
    fail(3);
    for (const ms of [100, 200, 400, 400]) {
      clock.ms += ms - 1;
      expect(made.admits()).toBe(false);
      clock.ms += 1;
      expect(made.admits()).toBe(true);
      fail(1);
    }
  });

  it('begins with the short while again once it was closed', () => {
    const { made, fail, clock } = breaker();
    fail(3);
    clock.ms += 100;
    made.admits();
    fail(1);
    clock.ms += 200;
    made.admits();
    made.succeeded();
    fail(3);
    clock.ms += 100;
    expect(made.admits()).toBe(true);
  });

  it('spreads its probes', () => {
    const { made, fail, clock } = breaker(0);
    fail(3);
    clock.ms = 50;
    expect(made.admits()).toBe(true);
  });

  it('is not closed by a late reply to what was sent before it opened', () => {
    const { made, fail } = breaker();
    fail(3);
    made.succeeded();
    expect(made.admits()).toBe(false);
  });
});
