// @needs chromium
import type { Browser, Page } from 'playwright-core';
import { startBrowser } from '../support/browser.js';
import { freePort } from '../support/free-port.js';
import { CLIENT_ID, OpenIdProvider, RESOURCE } from '../support/openid-provider.js';
import { startKeyward, temporaryDataDir, type RunningKeyward } from '../support/standalone.js';

/** As whoever is signed in does it, by the session alone. */
const put = (path: string, body: object): string =>
  `fetch('/v1${path}', {
    method: 'PUT',
    headers: { 'Content-Type': 'application/json', 'X-Keyward-Console': '1' },
    body: ${JSON.stringify(JSON.stringify(body))},
  }).then(({ ok }) => ok)`;

describe('Signing in to the console through an identity provider', () => {
  const data = temporaryDataDir();
  let provider: OpenIdProvider;
  let keyward: RunningKeyward;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    provider = await OpenIdProvider.start({
      redirectUri: `${url}/session/callback`,
      grants: { alice: { organizations: { acme: 'owner' } }, root: { platform_admin: true } },
      host: 'localhost',
    });
    keyward = await startKeyward(data.path, {
      KEYWARD_HTTP_PORT: String(port),
      KEYWARD_PUBLIC_URL: url,
      KEYWARD_OIDC_ISSUER: provider.issuer,
      KEYWARD_OIDC_CLIENT_ID: CLIENT_ID,
      KEYWARD_OIDC_PARAMETERS: `resource=${encodeURIComponent(RESOURCE)}`,
      KEYWARD_TOKEN_ISSUER: provider.issuer,
      KEYWARD_TOKEN_JWKS_URL: provider.jwksUrl,
    });
    browser = await startBrowser();
  }, 90_000);
  afterAll(async () => {
    await browser?.close();
    await keyward?.stop();
    await provider?.close();
    data.dispose();
  });
  beforeEach(async () => {
    provider.refuses = false;
    page = await (await browser.newContext()).newPage();
  });
  afterEach(() => page.context().close());

  const signInAs = async (account: string, path: string): Promise<void> => {
    provider.signedInAs = account;
    await page.goto(keyward.httpUrl + path);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('button', { name: 'Sign out' }).waitFor();
  };

  it('lets a platform administrator in, who finds no organization, and may register one', async () => {
    await signInAs('root', '/');
    await page.getByText('You have no role in an organization').waitFor();
    expect(await page.evaluate(put('/organizations/acme', { name: 'Acme', plan: 'enterprise' }))).toBe(true);
    expect(await page.evaluate(put('/rollout', { percentage: 100, include: [], exclude: [] }))).toBe(true);
  });

  it('comes back to the page that was asked for, under the name that the provider gives', async () => {
    await signInAs('alice', '/organizations/acme/history');
    await page.getByRole('heading', { name: 'History' }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/organizations/acme/history');
    await page.getByText('alice <b>of Acme</b>').waitFor();
    await page.getByText('registered the organization as “Acme”').waitFor();
  });

  it('says why when the provider lets nobody in, and can be tried again', async () => {
    provider.refuses = true;
    await page.goto(`${keyward.httpUrl}/organizations/acme/history`);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('The identity provider did not let you in.').waitFor();
    provider.refuses = false;
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'History' }).waitFor();
  });

  it('is over at both when one signs out', async () => {
    await signInAs('alice', '/organizations/acme/history');
    await page.getByRole('button', { name: 'Sign out' }).click();
    // The provider asks whether it is meant.
    await page.waitForURL(`${provider.issuer}/**`);
    await page.locator('button[name=logout]').click();
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
    expect(new URL(page.url()).origin).toBe(keyward.httpUrl);
  });
});
