import { execFileSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

/** Resident memory of a process, in bytes; 0 when there is no such process any more. */
export function residentBytes(pid: number): number {
  try {
    return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })) * 1_024;
  } catch {
    return 0;
  }
}

/** The most that a process had resident while something went on, as far as was looked. */
export async function mostResident(pid: number, work: Promise<unknown>, everyMs = 100): Promise<number> {
  let isOver = false;
  const end = (): void => void (isOver = true);
  work.then(end, end);
  let most = 0;
  while (!isOver) {
    most = Math.max(most, residentBytes(pid));
    await sleep(everyMs);
  }
  return most;
}
