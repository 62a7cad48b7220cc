import { accept, refuse, type Decider, type Decision } from '../decider.js';
import { versionConflict, type ExpectedVersion } from '../expected-version.js';
import type { Provenance } from '../provenance.js';

export const projectStream = (organizationId: string, projectId: string): string =>
  `project-${organizationId}~${projectId}`;

// Names and fields below are a storage format: change them only with a new schemaVersion and an upcaster.
export type ProjectRegistered = {
  readonly type: 'ProjectRegistered';
  readonly data: Provenance & {
    readonly organizationId: string;
    readonly projectId: string;
    readonly name: string;
  };
};
export type ProjectRenamed = {
  readonly type: 'ProjectRenamed';
  readonly data: Provenance & {
    readonly organizationId: string;
    readonly projectId: string;
    readonly name: string;
  };
};
export type ProjectArchived = {
  readonly type: 'ProjectArchived';
  readonly data: Provenance & { readonly organizationId: string; readonly projectId: string };
};
export type ProjectEvent = ProjectRegistered | ProjectRenamed | ProjectArchived;

export type ProjectState = {
  readonly status: 'unknown' | 'active' | 'archived';
  readonly name: string;
  readonly version: number;
};

interface ProjectCommand {
  readonly organizationId: string;
  readonly projectId: string;
  readonly expectedVersion: ExpectedVersion;
  readonly provenance: Provenance;
}
export type PutProject = ProjectCommand & { readonly type: 'PutProject'; readonly name: string };
export type ArchiveProject = ProjectCommand & { readonly type: 'ArchiveProject' };

/**
 * Archiving is reversible: putting an archived project registers it again, with the keys it had.
 * While it is archived its lookups are refused.
 */
export const project: Decider<PutProject | ArchiveProject, ProjectState, ProjectEvent> = {
  initialState: { status: 'unknown', name: '', version: 0 },

  decide(command, state): Decision<ProjectEvent> {
    const conflict = versionConflict(
      command.expectedVersion,
      state.status === 'active' ? state.version : null,
    );
    if (conflict) return conflict;
    return command.type === 'PutProject' ? put(command, state) : archive(command, state);
  },

  evolve(state, event): ProjectState {
    const version = state.version + 1;
    switch (event.type) {
      case 'ProjectRegistered':
        return { status: 'active', name: event.data.name, version };
      case 'ProjectRenamed':
        return { ...state, name: event.data.name, version };
      case 'ProjectArchived':
        return { ...state, status: 'archived', version };
    }
  },
};

function put(command: PutProject, state: ProjectState): Decision<ProjectEvent> {
  const { organizationId, projectId, name, provenance } = command;
  const data = { organizationId, projectId, name, ...provenance };
  if (state.status !== 'active') return accept({ type: 'ProjectRegistered', data });
  return name === state.name ? accept() : accept({ type: 'ProjectRenamed', data });
}

function archive(command: ArchiveProject, state: ProjectState): Decision<ProjectEvent> {
  const { organizationId, projectId, provenance } = command;
  switch (state.status) {
    case 'unknown':
      return unknownProject(projectId);
    case 'archived':
      return accept();
    case 'active':
      return accept({ type: 'ProjectArchived', data: { organizationId, projectId, ...provenance } });
  }
}

export function unknownProject(projectId: string): Decision<never> {
  return refuse(
    'UNKNOWN_PROJECT',
    `This organization has no project "${projectId}". Register the project first, or check its id.`,
  );
}
