import {
  ORGANIZATION_ROLES,
  PROJECT_ROLES,
  type OrganizationRole,
  type ProjectRole,
  type TokenRequest,
} from '@keyward/access';
import { isId } from '@keyward/domain';
import { usageError } from '../errors/cli-error.js';

/** What the options of `keyward token` ask for, as they were typed. */
export interface GrantOptions {
  readonly org?: readonly string[];
  readonly project?: readonly string[];
  readonly worker?: readonly string[];
  readonly platformAdmin?: boolean;
}

/** The roles for a token. @throws CliError naming the option that is wrong. */
export function readGrants(options: GrantOptions): Omit<TokenRequest, 'subject' | 'ttlSeconds'> {
  const { org = [], project = [], worker = [], platformAdmin } = options;
  const organizations = onceEach('--org', org.map(readOrganizationRole));
  const projects = onceEach('--project', project.map(readProjectRole));
  return {
    ...(platformAdmin ? { platformAdmin } : {}),
    ...(org.length > 0 ? { organizations } : {}),
    ...(project.length > 0 ? { projects } : {}),
    ...(worker.length > 0 ? { worker: readWorker(worker) } : {}),
  };
}

function readOrganizationRole(text: string): [string, OrganizationRole] {
  const [organizationId = '', roleText = '', ...more] = text.split('=');
  const role = ORGANIZATION_ROLES.find((each) => each === roleText);
  if (role && isId(organizationId) && more.length === 0) return [organizationId, role];
  throw usageError(`--org must be <organization>=<role>, the role one of ${ORGANIZATION_ROLES.join(', ')}.`);
}

function readProjectRole(text: string): [string, ProjectRole] {
  const [path = '', roleText = '', ...more] = text.split('=');
  const role = PROJECT_ROLES.find((each) => each === roleText);
  const ids = path.split('/');
  if (role && ids.length === 2 && ids.every(isId) && more.length === 0) return [path, role];
  throw usageError(
    `--project must be <organization>/<project>=<role>, the role one of ${PROJECT_ROLES.join(', ')}.`,
  );
}

/** Of two roles in one place it would be a guess which was meant. */
function onceEach<Role>(name: string, roles: readonly (readonly [string, Role])[]): Record<string, Role> {
  const byPlace = new Map(roles);
  if (byPlace.size === roles.length) return Object.fromEntries(byPlace);
  throw usageError(`${name} gives two roles in one place: give one.`);
}

function readWorker(texts: readonly string[]): NonNullable<TokenRequest['worker']> {
  const paths = texts.map((text) => text.split('/'));
  if (!paths.every((ids) => ids.length <= 2 && ids.every(isId))) {
    throw usageError('--worker must be <organization> or <organization>/<project>.');
  }
  const [organization, ...others] = new Set(paths.map(([id]) => id!));
  if (others.length > 0)
    throw usageError('--worker takes projects of one organization: make a token for each.');
  const projects = [...new Set(paths.flatMap(([, project]) => (project === undefined ? [] : [project])))];
  if (projects.length > 0 && paths.some((ids) => ids.length === 1)) {
    throw usageError('--worker takes either the whole organization or some of its projects.');
  }
  return { organization: organization!, ...(projects.length > 0 ? { projects } : {}) };
}
