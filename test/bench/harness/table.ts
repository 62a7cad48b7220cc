import Table from 'cli-table3';
import type { Goal, Result } from './row.js';

/** Every row with what was measured, its limit, its goal and whether that is met. */
export function tableOf(results: readonly Result[]): string {
  const table = new Table({
    head: ['row', 'measured', 'limit', 'ratio', 'goal', 'met'],
    colAligns: ['left', 'right', 'right', 'right', 'left', 'left'],
    style: { head: [], border: [], compact: true },
  });
  for (const result of results) table.push(cellsOf(result));
  const notes = results.flatMap(({ name, notes = [] }) => notes.map((note) => `${name}: ${note}`));
  const errors = results.flatMap(({ name, error }) => (error === undefined ? [] : [`${name}: ${error}`]));
  return [table.toString(), ...notes, ...errors].join('\n');
}

function cellsOf({ name, unit, goal, met, value, limit, ratio }: Result): string[] {
  return [
    name,
    value === undefined ? '-' : `${figure(value)} ${unit}`,
    limit === undefined ? '-' : `${figure(limit)} ${unit}`,
    ratio === undefined ? '-' : figure(ratio),
    goalText(goal, unit),
    met === undefined ? 'failed to run' : met ? 'yes' : 'NO',
  ];
}

export function goalText(goal: Goal, unit: string): string {
  const bound = 'atLeast' in goal ? `at least ${figure(goal.atLeast)}` : `at most ${figure(goal.atMost)}`;
  return goal.of === 'value' ? `${bound} ${unit}` : `ratio ${bound}`;
}

/** Three digits that mean something: no figure here is more exact than that. */
export function figure(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  return Number(value.toPrecision(3)).toLocaleString('en-US', { maximumSignificantDigits: 3 });
}
