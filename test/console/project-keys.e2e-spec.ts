// @needs chromium
import type { Locator, Page } from 'playwright-core';
import { ConsoleWorld, OLIVIA, aKey, type Person } from './console-world.js';

const KEYS = '/organizations/acme/projects/mobile/integrations';

describe('Integrations & App Keys', () => {
  let world: ConsoleWorld;
  let page: Page;

  beforeAll(async () => {
    world = await ConsoleWorld.open();
    for (const [integration, last] of [
      ['serpapi', '7f2c'],
      ['exa', 'e1a2'],
    ])
      await world.call(`PUT /organizations/acme/integrations/${integration}/key`, {
        body: { secret: aKey(last!) },
      });
    await world.call('POST /organizations/acme/integrations/exa/key/disable');
  }, 90_000);
  afterAll(() => world.close());
  afterEach(async () => {
    await world.closePages();
    expect(world.complaints).toEqual([]);
  });

  const row = (name: string): Locator => page.getByRole('listitem', { name, exact: true });
  const dialog = (): Locator => page.getByRole('dialog');
  const press = (name: string, inside: Locator | Page): Promise<void> =>
    inside.getByRole('button', { name, exact: true }).click();
  const open = async (person: Person = OLIVIA): Promise<void> => {
    page = await world.visit(person, KEYS);
    await page.getByRole('heading', { name: 'Integrations & App Keys' }).waitFor();
  };

  it('says of each where its key comes from, or why there is none', async () => {
    await open();
    await row('SerpApi').getByText('Organization').waitFor();
    expect(await row('SerpApi').innerText()).toContain('••••••••7f2c');
    expect(await row('Exa').innerText()).toMatch(/None[^]*switched off/);
    expect(await row('Firecrawl').innerText()).toMatch(/None[^]*No key is set/);
  });

  it("overrides the organization's key for this project alone, and falls back to it", async () => {
    await open();
    await press('Enter a key for SerpApi', row('SerpApi'));
    await dialog().getByText("uses it in place of the organization's key").waitFor();
    await dialog().getByLabel('Key', { exact: true }).fill(aKey('9c1d'));
    await press('Save', dialog());
    await row('SerpApi').getByText('••••••••9c1d').waitFor();
    expect(await row('SerpApi').innerText()).toContain('Project');

    await page.goto(`${world.keyward.httpUrl}/organizations/acme/projects/website/integrations`);
    await row('SerpApi').getByText('••••••••7f2c').waitFor();
    await page.goBack();

    await press("Remove the project's key of SerpApi", row('SerpApi'));
    await dialog().getByText("This project will use the organization's key …7f2c again.").waitFor();
    await press('Remove', dialog());
    await row('SerpApi').getByText('••••••••7f2c').waitFor();
  });

  it('says that a project will be without a key when there is nothing to fall back to', async () => {
    await world.call(`PUT ${KEYS}/exa/key`, { body: { secret: aKey('0e0e') } });
    await open();
    await press("Remove the project's key of Exa", row('Exa'));
    await dialog()
      .getByText("The organization's key is switched off: this project will be without one.")
      .waitFor();
  });

  it('draws which key is used and why, from the first candidate to what comes out', async () => {
    await world.call(`PUT ${KEYS}/firecrawl/key`, {
      body: { secret: 'fc-0123456789abcdef0123456789abcdef' },
    });
    await open();
    await row('Firecrawl').getByRole('link', { name: 'Why' }).click();
    await page.getByRole('heading', { name: 'Which key of Firecrawl does mobile use?' }).waitFor();
    const steps = page.getByRole('main').getByRole('listitem');
    expect(await steps.allInnerTexts()).toEqual([
      expect.stringMatching(/The project's own key Used[^]*overrides the organization's/),
      expect.stringMatching(/The organization's key Not set/),
      expect.stringMatching(/The project's own key is used/),
    ]);
  });

  it.each([
    ['admin', 1],
    ['editor', 1],
    ['viewer', 0],
  ] as const)(
    'lets a project %s who has no role in the organization do what they may',
    async (projectRole, buttons) => {
      await open({ subject: 'eve', project: 'mobile', projectRole });
      await row('SerpApi').getByText('••••••••7f2c').waitFor();
      expect(await row('SerpApi').getByRole('button').count()).toBe(buttons);
      expect(await page.getByRole('link', { name: 'Integrations control' }).count()).toBe(0);
      expect(await page.getByText('that takes an editor or admin of the project').count()).toBe(1 - buttons);
    },
  );
});
