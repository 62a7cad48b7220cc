import { readFileSync } from 'node:fs';

/** Clock ticks per second of /proc, on every Linux there is. */
const TICKS = 100;

/**
 * Seconds of processor time that a process has used; undefined where there is no /proc. On a machine
 * with other work this says more than the clock on the wall.
 */
export function processorSeconds(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the program's name, which may hold anything, in brackets.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) / TICKS;
  } catch {
    return undefined;
  }
}
