import { DemoError } from '../demo-error.js';
import type { Api } from './api.js';

interface Rollout {
  readonly percentage: number;
  readonly include: readonly string[];
  readonly exclude: readonly string[];
}

const TRIES = 20;

/**
 * Puts one organization into the rollout and keeps another out of it. The percentage, and what
 * the lists say of others, stay as they are.
 */
export function joinRollout(platform: Api, inside: string, outside: string): Promise<void> {
  return changeRollout(platform, ({ percentage, include, exclude }) => ({
    percentage,
    include: [...include, inside],
    // With a percentage, chance might let it in.
    exclude: percentage > 0 ? [...exclude, outside] : exclude,
  }));
}

/** Takes both out of the lists again. */
export function leaveRollout(platform: Api, ...organizations: readonly string[]): Promise<void> {
  const others = (list: readonly string[]) => list.filter((id) => !organizations.includes(id));
  return changeRollout(platform, ({ percentage, include, exclude }) => ({
    percentage,
    include: others(include),
    exclude: others(exclude),
  }));
}

/** On the version that was read, so that nobody else's change in between is undone. */
async function changeRollout(platform: Api, change: (now: Rollout) => Rollout): Promise<void> {
  const path = '/rollout';
  for (let tries = 0; tries < TRIES; tries += 1) {
    const now = await platform.must({ method: 'GET', path: `${path}?fully_consistent=true` });
    const body = change(now as unknown as Rollout);
    const { status } = await platform.ask({ method: 'PUT', path, body, ifMatch: Number(now['version']) });
    if (status === 200) return;
    if (status !== 412) throw new DemoError(`The rollout could not be changed (HTTP ${status}).`);
  }
  throw new DemoError('The rollout could not be changed: somebody else keeps changing it.');
}
