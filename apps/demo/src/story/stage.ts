import { joinRollout, leaveRollout } from '../keyward/rollout-place.js';
import { INTEGRATION, PROJECTS, type Cast } from './cast.js';

/** Registers the story's organizations and projects, and puts Acme into the rollout. */
export async function setStage({ platform, acme, free, later }: Cast): Promise<void> {
  const register = (id: string, name: string, plan: string) =>
    platform.must({ method: 'PUT', path: `/organizations/${id}`, body: { name, plan } });
  await register(acme, 'Acme (demo)', 'enterprise');
  await register(free, 'Free (demo)', 'free');
  await register(later, 'Later (demo)', 'enterprise');
  await joinRollout(platform, acme, later);
  for (const project of PROJECTS) {
    const path = `/organizations/${acme}/projects/${project}`;
    await platform.must({ method: 'PUT', path, body: { name: project } });
  }
}

/** Leaves a Keyward that goes on running as it was, but for three organizations without keys. */
export async function strikeStage({ platform, alice, acme, free, later }: Cast): Promise<void> {
  // Also where no key should be: a story that went wrong may have set one. Most answer 404.
  for (const slot of [acme, `${acme}/projects/website`, free, later])
    await alice.ask({ method: 'DELETE', path: `/organizations/${slot}/integrations/${INTEGRATION}/key` });
  for (const project of PROJECTS)
    await platform.ask({ method: 'DELETE', path: `/organizations/${acme}/projects/${project}` });
  await leaveRollout(platform, acme, later);
}
