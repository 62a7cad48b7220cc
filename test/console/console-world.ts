import type { KeywardClaims } from '@keyward/access';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { startBrowser } from '../support/browser.js';
import { GRPC_METHODS, GrpcCaller } from '../support/grpc-methods.js';
import { startKeyward, temporaryDataDir, type RunningKeyward } from '../support/standalone.js';
import { TokenMint } from '../support/token-mint.js';

const LOOKUP = GRPC_METHODS.find(({ name }) => name === 'Lookup')!;

type Roles = NonNullable<KeywardClaims['organizations']>;

/** Who signs in, as one chooses in development. */
export interface Person {
  readonly subject: string;
  readonly organization?: string;
  readonly role?: 'owner' | 'admin' | 'member' | 'none';
  readonly project?: string;
  readonly projectRole?: 'admin' | 'editor' | 'viewer';
}

/** Sign-in as `npm start` has it; and what workers were given is in the log at once. */
const SETTINGS = { KEYWARD_DEVELOPMENT_SIGN_IN: 'true', KEYWARD_READ_AUDIT_INTERVAL: '100ms' };

const ORGANIZATIONS = [
  ['acme', 'Acme Corporation', 'enterprise'],
  ['later', 'Later Ltd', 'enterprise'],
  ['small', 'Small Shop', 'free'],
] as const;
const PROJECTS = [
  ['website', 'Website'],
  ['mobile', 'Mobile app'],
] as const;

export const OLIVIA: Person = { subject: 'olivia', role: 'owner' };

/** Of a key that fits no format, so that any integration without one takes it. */
export const aKey = (last: string): string =>
  `0123456789abcdef0123456789abcdef0123456789abcdef0123456789ab${last}`;

/** A running Keyward with its console, organizations to look at, and a browser. */
export class ConsoleWorld {
  private readonly contexts: BrowserContext[] = [];
  /** What the pages complained of: nothing, when all is well. */
  readonly complaints: string[] = [];
  /** Bodies and addresses of all requests that the pages sent. */
  readonly requests: { readonly method: string; readonly url: string; readonly body: string }[] = [];

  private constructor(
    private readonly data: ReturnType<typeof temporaryDataDir>,
    private readonly browser: Browser,
    private mint: TokenMint,
    public keyward: RunningKeyward,
  ) {}

  static async open(): Promise<ConsoleWorld> {
    const data = temporaryDataDir();
    const keyward = await startKeyward(data.path, SETTINGS);
    const world = new ConsoleWorld(data, await startBrowser(), await TokenMint.open(data.path), keyward);
    await world.furnish();
    return world;
  }

  async close(): Promise<void> {
    await this.browser.close();
    await this.keyward.stop();
    this.data.dispose();
  }

  /** Ends it and begins it anew on the same ports and data. */
  async restart(whileItIsAway: () => Promise<void>): Promise<void> {
    const { httpUrl, grpcTarget } = this.keyward;
    await this.keyward.stop();
    await whileItIsAway();
    this.keyward = await startKeyward(this.data.path, {
      ...SETTINGS,
      KEYWARD_HTTP_PORT: new URL(httpUrl).port,
      KEYWARD_GRPC_PORT: grpcTarget.split(':')[1]!,
    });
  }

  /** A browser of somebody's own, signed in, at a page. */
  async visit(person: Person, path = '/', options: Parameters<Browser['newContext']>[0] = {}): Promise<Page> {
    const page = await this.newPage(options);
    await page.goto(this.keyward.httpUrl + path);
    await signIn(page, person);
    return page;
  }

  async newPage(options: Parameters<Browser['newContext']>[0] = {}): Promise<Page> {
    const context = await this.browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
    this.contexts.push(context);
    context.setDefaultTimeout(20_000);
    const page = await context.newPage();
    page.on('pageerror', ({ message }) => this.complaints.push(message));
    page.on('console', (message) => {
      if (message.type() === 'error' && !isOfNetwork(message.text())) this.complaints.push(message.text());
    });
    page.on('request', (request) =>
      this.requests.push({ method: request.method(), url: request.url(), body: request.postData() ?? '' }),
    );
    return page;
  }

  async closePages(): Promise<void> {
    await Promise.all(this.contexts.splice(0).map((context) => context.close()));
  }

  /** By the HTTP API, as somebody with these roles. */
  async call(
    target: string,
    { as = { acme: 'owner' }, body }: { as?: Roles | 'root'; body?: object } = {},
  ): Promise<unknown> {
    const claims: KeywardClaims = as === 'root' ? { platform_admin: true } : { organizations: as };
    const token = await this.mint.issue('script', claims);
    const [method, path] = target.split(' ') as [string, string];
    const response = await fetch(`${this.keyward.httpUrl}/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${target}: ${response.status} ${await response.text()}`);
    return response.json();
  }

  /** A worker of the organization looks up the key of a project. */
  async lookUp(worker: string, projectId: string, integrationId: string): Promise<void> {
    const token = await this.mint.issue(worker, { worker: { organization: 'acme' } });
    const caller = new GrpcCaller(this.keyward.grpcTarget);
    const address = { organizationId: 'acme', projectId, integrationId };
    const request = { address, consistency: { fullyConsistent: true } };
    const outcome = await caller.call(LOOKUP, request, `Bearer ${token}`);
    caller.close();
    if (!outcome.ok) throw new Error(`${worker} was not given the key`);
  }

  /** Something to be seen on every page. */
  async fill(): Promise<void> {
    const org = '/organizations/acme';
    const set = (path: string, secret: string, reason?: string) =>
      this.call(`PUT ${org}${path}`, { body: { secret, ...(reason && { reason }) } });
    await set('/integrations/serpapi/key', aKey('11aa'), 'For all projects');
    await set('/integrations/serpapi/key', aKey('7f2c'), 'Quarterly rotation');
    await set('/projects/mobile/integrations/serpapi/key', aKey('9c1d'), 'A quota of its own');
    await set('/integrations/openai/key', `sk-proj-${aKey('42ab')}`);
    await this.call(`POST ${org}/integrations/openai/key/disable`, { body: { reason: 'Under review' } });
    for (const worker of ['indexer', 'crawler']) await this.lookUp(worker, 'website', 'serpapi');
  }

  private async furnish(): Promise<void> {
    const as = 'root';
    for (const [id, name, plan] of ORGANIZATIONS) {
      await this.call(`PUT /organizations/${id}`, { as, body: { name, plan } });
      for (const [project, title] of PROJECTS)
        await this.call(`PUT /organizations/${id}/projects/${project}`, { as, body: { name: title } });
    }
    await this.call('PUT /rollout', { as, body: { percentage: 0, include: ['acme'], exclude: [] } });
  }
}

/** The browser itself says so of every answer that is no success, and of every connection that is lost. */
function isOfNetwork(text: string): boolean {
  return /Failed to load resource|net::ERR/.test(text);
}

/** On the page that asks who one wants to be. */
export async function signIn(page: Page, person: Person): Promise<void> {
  const { subject, organization = 'acme', role = 'none', project = '', projectRole } = person;
  await page.getByLabel('Name').fill(subject);
  await page.getByLabel('Organization', { exact: true }).fill(organization);
  await page.getByLabel('Role in the organization').selectOption(role);
  await page.getByLabel('Project (optional)').fill(project);
  if (projectRole) await page.getByLabel('Role in the project').selectOption(projectRole);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('button', { name: 'Sign out' }).waitFor();
}
