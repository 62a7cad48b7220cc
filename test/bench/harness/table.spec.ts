import type { Result } from './row.js';
import { figure, goalText, tableOf } from './table.js';

describe('The table', () => {
  const row: Result = {
    name: 'lookup',
    unit: 'calls/s',
    goal: { of: 'ratio', atLeast: 0.8 },
    met: true,
    value: 18_444,
    limit: 20_512,
    ratio: 0.899,
    samples: {},
    notes: ['server-bound'],
  };
  const lines = (...results: Result[]): string[] => tableOf(results).split('\n');

  it('shows a row with its limit, ratio, goal and whether that is met, and notes below', () => {
    const text = tableOf([row]);
    expect(text).toMatch(
      /lookup\s+│\s+18,400 calls\/s │ 20,500 calls\/s │\s+0\.899 │ ratio at least 0\.8\s+│ yes/,
    );
    expect(lines(row).at(-1)).toBe('lookup: server-bound');
  });

  it('shows that a goal is not met', () => {
    expect(tableOf([{ ...row, met: false }])).toMatch(/│ NO\s+│/);
  });

  it('shows a row that failed to run, and why', () => {
    const { name, unit, goal } = row;
    const failed = { name, unit, goal, met: undefined, error: 'no such server' };
    expect(tableOf([failed])).toMatch(/lookup │\s+- │\s+- │\s+- │ ratio at least 0\.8 │ failed to run/);
    expect(lines(failed).at(-1)).toBe('lookup: no such server');
  });
});

describe('goalText', () => {
  it.each([
    [{ of: 'value', atLeast: 100_000 } as const, 'at least 100,000 keys/s'],
    [{ of: 'value', atMost: 50 } as const, 'at most 50 keys/s'],
    [{ of: 'ratio', atMost: 1.2 } as const, 'ratio at most 1.2'],
  ])('%j is %s', (goal, text) => {
    expect(goalText(goal, 'keys/s')).toBe(text);
  });
});

describe('figure', () => {
  it.each([
    [1_234_567, '1,230,000'],
    [0.012345, '0.0123'],
    [49.96, '50'],
    [0, '0'],
    [NaN, 'NaN'],
  ])('%d is shown as %s', (value, text) => {
    expect(figure(value)).toBe(text);
  });
});
