/** Where a key is set; without a project it is the organization's slot. */
export interface Slot {
  readonly org: string;
  readonly project: string | undefined;
  readonly integration: string;
}

/** Of the slot's key in the API. */
export function pathOf({ org, project, integration }: Slot): string[] {
  const inProject = project === undefined ? [] : ['projects', project];
  return ['v1', 'organizations', org, ...inProject, 'integrations', integration, 'key'];
}

export function nameOf({ org, project, integration }: Slot): string {
  return `the key of ${project === undefined ? org : `${org}/${project}`} for ${integration}`;
}
