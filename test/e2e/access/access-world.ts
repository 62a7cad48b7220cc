import { GRANTS, OWN_ORGANIZATION, OWN_PROJECT, ROLES } from '@keyward/access/testing';
import {
  closeConnections,
  rawCall,
  withoutIdentity,
  type RawAnswer,
  type RawCall,
} from '../../support/raw-http.js';
import { startKeyward, temporaryDataDir, type RunningKeyward } from '../../support/standalone.js';
import { TokenMint } from '../../support/token-mint.js';

export interface Place {
  readonly organizationId: string;
  readonly projectId: string;
}

/** Where something is done. Own and foreign ones are all registered and have keys; absent ones never were. */
export const PLACES: Readonly<Record<string, Place>> = {
  own: { organizationId: OWN_ORGANIZATION, projectId: OWN_PROJECT },
  'another project of the own organization': { organizationId: OWN_ORGANIZATION, projectId: 'mobile' },
  'an absent project of the own organization': { organizationId: OWN_ORGANIZATION, projectId: 'nowhere' },
  'a foreign organization': { organizationId: 'globex', projectId: OWN_PROJECT },
  'an absent project of a foreign organization': { organizationId: 'globex', projectId: 'nowhere' },
  'an absent organization': { organizationId: 'nowhere', projectId: OWN_PROJECT },
};

/** One of several kinds is enough: the rule is the same for all. */
export const INTEGRATION = 'serpapi';

const UNLIMITED = {
  KEYWARD_RATE_LIMIT_PRINCIPAL: '0',
  KEYWARD_RATE_LIMIT_ORGANIZATION: '0',
  KEYWARD_RATE_LIMIT_FAILED_SIGN_IN: '0',
  KEYWARD_RATE_LIMIT_SIGN_IN: '0',
  KEYWARD_LOOKUP_RATE_LIMIT: '0',
  KEYWARD_LOOKUP_ORGANIZATION_RATE_LIMIT: '0',
  // What was refused must move the log by nothing else, however long the tests take.
  KEYWARD_REFUSALS_WINDOW: '1h',
};

/** A running Keyward with two organizations, and a token for each column of the access matrix. */
export class AccessWorld {
  private constructor(
    private readonly data: ReturnType<typeof temporaryDataDir>,
    readonly keyward: RunningKeyward,
    readonly mint: TokenMint,
    /** By role; null for no token. */
    readonly tokens: Readonly<Record<string, string | null>>,
  ) {}

  static async open(): Promise<AccessWorld> {
    const data = temporaryDataDir();
    const keyward = await startKeyward(data.path, UNLIMITED);
    const mint = await TokenMint.open(data.path);
    const tokens: Record<string, string | null> = {};
    for (const role of ROLES) tokens[role] = GRANTS[role] ? await mint.issue(role, GRANTS[role]) : null;
    const world = new AccessWorld(data, keyward, mint, tokens);
    await world.furnish();
    return world;
  }

  async close(): Promise<void> {
    closeConnections();
    await this.keyward.stop();
    this.data.dispose();
  }

  send(call: RawCall): Promise<RawAnswer> {
    return rawCall(this.keyward.httpUrl, call);
  }

  /** As a role of the matrix. */
  sendAs(role: string, call: RawCall): Promise<RawAnswer> {
    const token = this.tokens[role];
    const authorization = token ? ['Authorization', `Bearer ${token}`] : [];
    return this.send({ ...call, headers: [...authorization, ...(call.headers ?? [])] });
  }

  /** Where the event log ends: what was refused must not have moved it. */
  async head(): Promise<string> {
    const { text } = await this.sendAs('platf', { method: 'GET', path: '/v1/rollout?fully_consistent=true' });
    return (JSON.parse(text) as { position: string }).position;
  }

  private async furnish(): Promise<void> {
    const platform = this.tokens['platf']!;
    const body = { percentage: 100, include: [], exclude: [] };
    await this.put(platform, '/v1/rollout', body);
    for (const org of [OWN_ORGANIZATION, 'globex']) {
      const owner = await this.mint.issue('furnisher', { organizations: { [org]: 'owner' } });
      const path = `/v1/organizations/${org}`;
      await this.put(platform, path, { name: org, plan: 'enterprise' });
      for (const project of [OWN_PROJECT, 'mobile']) {
        await this.put(platform, `${path}/projects/${project}`, { name: project });
        await this.put(owner, `${path}/projects/${project}/integrations/${INTEGRATION}/key`, {
          secret: `key of ${project}`,
        });
      }
      await this.put(owner, `${path}/integrations/${INTEGRATION}/key`, { secret: `key of ${org}` });
    }
  }

  private async put(token: string, path: string, body: object): Promise<void> {
    const headers = ['Authorization', `Bearer ${token}`];
    const { status, text } = await this.send({ method: 'PUT', path, headers, body: JSON.stringify(body) });
    if (status >= 300) throw new Error(`${path}: ${status} ${text}`);
  }
}

/** All the same, byte by byte but for what names the request; and what they are. */
export function onlyAnswer(answers: readonly RawAnswer[]): RawAnswer {
  const [first] = answers;
  if (!first) throw new Error('there is no answer');
  for (const answer of answers) expect(withoutIdentity(answer)).toBe(withoutIdentity(first));
  return first;
}
