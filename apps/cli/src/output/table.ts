import { stripVTControlCharacters } from 'node:util';
import { printable, type Style } from '@keyward/runtime';
import Table from 'cli-table3';

/** A cell: text from wherever, or text with colours that is known to be harmless. */
export type Cell = string | number | null | { readonly painted: string };

const NO_LINES = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
} as const;

/**
 * Rows under a head, without lines, so that they can be selected and cut. On a terminal that is too
 * narrow for it each row becomes `name  value` lines, with an empty line between the rows.
 */
export function table(style: Style, head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const text = aligned([
    head.map((title) => style.paint('bold', title)),
    ...rows.map((row) => row.map(textOf)),
  ]);
  if (style.columns === undefined || widthOf(text) <= style.columns) return text;
  return rows
    .map((row) =>
      facts(
        style,
        row.map((cell, n) => [head[n]!, cell]),
      ),
    )
    .join('\n\n');
}

/** `name  value` lines. */
export function facts(style: Style, list: readonly (readonly [string, Cell])[]): string {
  return aligned(list.map(([name, value]) => [style.paint('dim', name), textOf(value)]));
}

function aligned(rows: readonly string[][]): string {
  const made = new Table({
    chars: NO_LINES,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  made.push(...rows);
  return made.toString().replace(/[ \t]+$/gm, '');
}

function widthOf(text: string): number {
  return Math.max(...text.split('\n').map((line) => stripVTControlCharacters(line).length));
}

function textOf(cell: Cell): string {
  if (cell === null) return '-';
  if (typeof cell === 'object') return cell.painted;
  return printable(String(cell));
}
