import Table from 'cli-table3';
import { printable, type Style } from '@keyward/runtime';

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

/** Rows under a head, without lines, so that they can be selected and cut. */
export function table(style: Style, head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const made = new Table({
    head: head.map((title) => style.paint('bold', title)),
    chars: NO_LINES,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  for (const row of rows) made.push(row.map(textOf));
  return trimmed(made.toString());
}

/** `name  value` lines. */
export function facts(style: Style, list: readonly (readonly [string, Cell])[]): string {
  const made = new Table({
    chars: NO_LINES,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  for (const [name, value] of list) made.push([style.paint('dim', name), textOf(value)]);
  return trimmed(made.toString());
}

function textOf(cell: Cell): string {
  if (cell === null) return '-';
  if (typeof cell === 'object') return cell.painted;
  return printable(String(cell));
}

function trimmed(text: string): string {
  return text.replace(/[ \t]+$/gm, '');
}
