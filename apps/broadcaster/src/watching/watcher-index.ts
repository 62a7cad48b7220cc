import type { Watcher } from './watcher.js';

interface OrganizationWatchers {
  readonly watchers: Set<Watcher>;
  /** How many of the watchers name each project. */
  readonly projects: Map<string, number>;
}

/** Finds the watchers of an organization, so that a change costs the others nothing. */
export class WatcherIndex {
  private readonly organizations = new Map<string, OrganizationWatchers>();

  add(watcher: Watcher): void {
    const { organizationId, projectIds } = watcher.filter;
    let own = this.organizations.get(organizationId);
    if (!own) {
      own = { watchers: new Set(), projects: new Map() };
      this.organizations.set(organizationId, own);
    }
    own.watchers.add(watcher);
    for (const id of projectIds ?? []) own.projects.set(id, (own.projects.get(id) ?? 0) + 1);
  }

  remove(watcher: Watcher): void {
    const { organizationId, projectIds } = watcher.filter;
    const own = this.organizations.get(organizationId);
    if (!own?.watchers.delete(watcher)) return;
    for (const id of projectIds ?? []) {
      const left = own.projects.get(id)! - 1;
      if (left === 0) own.projects.delete(id);
      else own.projects.set(id, left);
    }
    if (own.watchers.size === 0) this.organizations.delete(organizationId);
  }

  watchersOf(organizationId: string): Iterable<Watcher> {
    return this.organizations.get(organizationId)?.watchers ?? [];
  }

  /** Every project that a watcher of the organization names. */
  projectsNamedIn(organizationId: string): Iterable<string> {
    return this.organizations.get(organizationId)?.projects.keys() ?? [];
  }
}
