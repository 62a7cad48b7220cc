import { alice, bob, given } from '../testing/decider-specification.js';
import { project, type ProjectEvent } from './project.js';

const ids = { organizationId: 'acme', projectId: 'website' };
const registered: ProjectEvent = { type: 'ProjectRegistered', data: { ...ids, name: 'Website', ...alice } };
const archived: ProjectEvent = { type: 'ProjectArchived', data: { ...ids, ...alice } };
const by = { ...ids, expectedVersion: null, provenance: bob };

describe('A project', () => {
  it('is registered by its first put', () => {
    given(project)
      .when({ type: 'PutProject', name: 'Website', ...by })
      .then({ type: 'ProjectRegistered', data: { ...ids, name: 'Website', ...bob } });
  });

  it('is renamed by a put with another name, and left alone by one with the same', () => {
    given(project, registered)
      .when({ type: 'PutProject', name: 'Shop', ...by })
      .then({ type: 'ProjectRenamed', data: { ...ids, name: 'Shop', ...bob } });
    given(project, registered)
      .when({ type: 'PutProject', name: 'Website', ...by })
      .thenNothing();
  });

  it('is archived once', () => {
    given(project, registered)
      .when({ type: 'ArchiveProject', ...by })
      .then({ type: 'ProjectArchived', data: { ...ids, ...bob } });
    given(project, registered, archived)
      .when({ type: 'ArchiveProject', ...by })
      .thenNothing();
  });

  it('is restored from the archive by a put, even with the name it had', () => {
    given(project, registered, archived)
      .when({ type: 'PutProject', name: 'Website', ...by })
      .then({ type: 'ProjectRegistered', data: { ...ids, name: 'Website', ...bob } });
  });

  it('cannot be archived before it is known', () => {
    given(project)
      .when({ type: 'ArchiveProject', ...by })
      .thenRefused('UNKNOWN_PROJECT');
  });

  it('refuses a change whose version has passed', () => {
    given(project, registered)
      .when({ type: 'ArchiveProject', ...by, expectedVersion: 7 })
      .thenRefused('VERSION_CONFLICT');
  });
});
