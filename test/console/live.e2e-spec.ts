// @needs chromium
import type { Page } from 'playwright-core';
import { ConsoleWorld, OLIVIA, aKey, signIn } from './console-world.js';

const CONTROL = '/organizations/acme/integrations';

describe('The console while things happen', () => {
  let world: ConsoleWorld;

  beforeAll(async () => {
    world = await ConsoleWorld.open();
  }, 90_000);
  afterAll(() => world.close());
  afterEach(async () => {
    await world.closePages();
    expect(world.complaints).toEqual([]);
  });

  const row = (page: Page, name: string) => page.getByRole('listitem', { name, exact: true });
  const isLive = (page: Page) => page.getByRole('status').filter({ hasText: 'Live' }).waitFor();
  const setSerpApi = (last: string) =>
    world.call('PUT /organizations/acme/integrations/serpapi/key', { body: { secret: aKey(last) } });

  it('shows in one browser what was done in another, and when lookups see it', async () => {
    const [one, other] = [
      await world.visit(OLIVIA, CONTROL),
      await world.visit({ ...OLIVIA, subject: 'oscar' }, CONTROL),
    ];
    await isLive(other);
    await one.getByRole('switch', { name: 'SerpApi for all projects' }).press('Space');
    await one.getByLabel('Key', { exact: true }).fill(aKey('0001'));
    await one.getByRole('button', { name: 'Save' }).click();
    await row(other, 'SerpApi').getByText('••••••••0001').waitFor();
    expect(await row(other, 'SerpApi').innerText()).toContain('set by olivia');
    await other.getByText(/the last change reached lookups in \d+ ms/).waitFor();
  });

  it("shows a project's people what the organization did", async () => {
    const page = await world.visit(
      { subject: 'vic', project: 'mobile', projectRole: 'viewer' },
      '/organizations/acme/projects/mobile/integrations',
    );
    await isLive(page);
    await setSerpApi('0002');
    await row(page, 'SerpApi').getByText('••••••••0002').waitFor();
  });

  it('goes on when the server was stopped and is back, with what was done meanwhile', async () => {
    const page = await world.visit(OLIVIA, CONTROL);
    await isLive(page);
    await world.restart(async () => {
      await page.getByText('Connection lost').waitFor();
      // What was read stays to be looked at.
      expect(await row(page, 'SerpApi').count()).toBe(1);
    });
    await setSerpApi('0003');
    await row(page, 'SerpApi').getByText('••••••••0003').waitFor();
    await isLive(page);
  });

  it('says that nothing was changed as far as it knows when a write finds no server, and can be sent again', async () => {
    const page = await world.visit(OLIVIA, CONTROL);
    await page.getByRole('switch', { name: 'Exa for all projects' }).press('Space');
    await page.getByLabel('Key', { exact: true }).fill(aKey('0004'));
    await world.restart(async () => {
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByText('Keyward cannot be reached.').first().waitFor();
    });
    await page.getByRole('button', { name: 'Save' }).click();
    await row(page, 'Exa').getByText('••••••••0004').waitFor();
  });

  it('asks to sign in again when the session is over, and comes back to the same page', async () => {
    const page = await world.visit(OLIVIA, CONTROL);
    await page.getByRole('switch', { name: 'Tavily for all projects' }).press('Space');
    await page.getByLabel('Key', { exact: true }).fill('tvly-dev-abcdefghijklmnopqrstuvwxyz012345');
    await page.context().clearCookies();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('heading', { name: 'Development sign-in' }).waitFor();
    await signIn(page, OLIVIA);
    await page.getByRole('heading', { name: 'Integrations control' }).waitFor();
    expect(new URL(page.url()).pathname).toBe(CONTROL);
  });

  it('lets nobody in any more who has signed out', async () => {
    const page = await world.visit(OLIVIA, CONTROL);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Development sign-in' }).waitFor();
    await page.goto(`${world.keyward.httpUrl}${CONTROL}`);
    await page.getByRole('heading', { name: 'Development sign-in' }).waitFor();
  });
});
