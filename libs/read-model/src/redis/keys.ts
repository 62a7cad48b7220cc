import type { RecordKey } from '../records.js';

/** In a tenant's hash the organization, in an integration's hash the organization's slot. No id begins with a dot. */
export const OWN_FIELD = '.';
/** In an integration's hash: how many projects hold a key of their own. Always there, so that its absence tells a lost hash. */
export const COUNT_FIELD = '#';

/** In a tenant's hash: that the integration has a hash. Written with it, so that either without the other tells a loss. */
export function integrationField(integrationId: string): string {
  return `#${integrationId}`;
}

/** Under which field of its hash a record is kept. */
export function fieldOf(key: RecordKey): string {
  switch (key.kind) {
    case 'organization':
    case 'rollout':
      return OWN_FIELD;
    case 'project':
      return key.projectId;
    case 'slot':
      return key.address.projectId ?? OWN_FIELD;
  }
}

/** The names of all keys of one read model. The braces are hash tags: what is between them decides the node of a Cluster. */
export class Keys {
  /** Which generations there are, and where each stands. */
  readonly meta: string;
  /** Generations that nobody reads any more. */
  readonly retired: string;
  readonly lease: string;
  /** What was asked to be done with the read model as a whole. */
  readonly job: string;

  constructor(private readonly prefix: string) {
    this.meta = `${prefix}:{meta}`;
    this.retired = `${prefix}:{meta}:retired`;
    this.lease = `${prefix}:{meta}:lease`;
    this.job = `${prefix}:{meta}:job`;
  }

  /** Organization, projects, and which integrations have a hash. */
  tenant(generation: string, organizationId: string): string {
    return `${this.prefix}:${generation}:{${organizationId}}`;
  }

  /** The slots for one integration: the organization's, and one per project that ever had its own. */
  integration(generation: string, organizationId: string, integrationId: string): string {
    return `${this.prefix}:${generation}:{${organizationId}}:${integrationId}`;
  }

  rollout(generation: string): string {
    return `${this.prefix}:${generation}:rollout`;
  }

  /** Stands for all of a generation that is kept with it; gone when that is gone. */
  mark(generation: string, tag: string): string {
    return `${this.prefix}:${generation}:mark:${tag === '' ? '' : `{${tag}}`}`;
  }

  /** Matches every key of a generation, for SCAN. */
  allOf(generation: string): string {
    return `${this.prefix}:${generation}:*`;
  }

  /** Matches the hashes with the records of an organization, or with null of all, for SCAN. */
  hashesOf(generation: string, organizationId: string | null): string {
    return organizationId === null ? this.allOf(generation) : `${this.tenant(generation, organizationId)}*`;
  }

  /** Whose records a hash of the generation holds: nobody's own are the rollout's. Undefined for what holds none. */
  parse(generation: string, key: string): { organizationId?: string; integrationId?: string } | undefined {
    const name = key.slice(`${this.prefix}:${generation}:`.length);
    if (name === 'rollout') return {};
    const [, organizationId, integrationId] = /^\{([^}]+)\}(?::(.+))?$/.exec(name) ?? [];
    if (organizationId === undefined) return undefined;
    return integrationId === undefined ? { organizationId } : { organizationId, integrationId };
  }

  /** Where a record is kept. */
  place(generation: string, key: RecordKey): { readonly key: string; readonly field: string } {
    return { key: this.hashOf(generation, key), field: fieldOf(key) };
  }

  private hashOf(generation: string, key: RecordKey): string {
    switch (key.kind) {
      case 'organization':
      case 'project':
        return this.tenant(generation, key.organizationId);
      case 'rollout':
        return this.rollout(generation);
      case 'slot':
        return this.integration(generation, key.address.organizationId, key.address.integrationId);
    }
  }
}
