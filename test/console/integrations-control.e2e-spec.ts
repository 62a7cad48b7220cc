// @needs chromium
import type { Locator, Page } from 'playwright-core';
import { ConsoleWorld, OLIVIA, aKey, type Person } from './console-world.js';

const START_MS = 90_000;
const CONTROL = '/organizations/acme/integrations';

describe('Integrations control', () => {
  let world: ConsoleWorld;
  let page: Page;

  beforeAll(async () => {
    world = await ConsoleWorld.open();
  }, START_MS);
  afterAll(() => world.close());
  afterEach(async () => {
    await world.closePages();
    expect(world.complaints).toEqual([]);
  });

  const row = (name: string): Locator => page.getByRole('listitem', { name, exact: true });
  const toggle = (name: string): Locator => page.getByRole('switch', { name: `${name} for all projects` });
  const dialog = (): Locator => page.getByRole('dialog');
  const press = (name: string, inside: Locator | Page = dialog()): Promise<void> =>
    inside.getByRole('button', { name, exact: true }).click();
  const flip = (name: string): Promise<void> => toggle(name).press('Space');
  const isOn = (name: string): Promise<boolean> => toggle(name).isChecked();
  const open = async (person: Person = OLIVIA): Promise<void> => {
    page = await world.visit(person, CONTROL);
    await page.getByRole('heading', { name: 'Integrations control' }).waitFor();
    await page.getByText('integrations,').waitFor();
  };
  const enterKey = async (key: string, reason = ''): Promise<void> => {
    await dialog().getByLabel('Key', { exact: true }).fill(key);
    if (reason !== '') await dialog().getByLabel('Reason (optional)').fill(reason);
    await press('Save');
  };
  const gone = (): Promise<void> => dialog().waitFor({ state: 'detached' });

  it('is searched by name, vendor and state', async () => {
    await open();
    await page.getByRole('searchbox').fill('serp');
    await page.getByText('1 integration,').waitFor();
    expect(await page.getByRole('listitem').count()).toBe(1);
  });

  it('asks for the key when one without a key is switched on, and saves it with the reason', async () => {
    await open();
    expect(await isOn('SerpApi')).toBe(false);
    await flip('SerpApi');
    await dialog().getByRole('heading', { name: 'Set a key for SerpApi' }).waitFor();
    await enterKey(aKey('7f2c'), 'First key');
    await gone();
    await row('SerpApi').getByText('••••••••7f2c').waitFor();
    expect(await isOn('SerpApi')).toBe(true);
    expect(await row('SerpApi').innerText()).toMatch(/version 1[^]*set by olivia/);
  });

  it('says what will stop before it is switched off, and uses the kept key again', async () => {
    await world.call('PUT /organizations/acme/integrations/exa/key', { body: { secret: aKey('aaaa') } });
    await world.call('PUT /organizations/acme/projects/mobile/integrations/exa/key', {
      body: { secret: aKey('bbbb') },
    });
    await open();
    await row('Exa').getByText('overridden by 1 project').waitFor();
    await flip('Exa');
    await dialog().getByText('1 project uses this key and will be without one: Website.').waitFor();
    expect(await isOn('Exa')).toBe(true);
    await press('Switch off');
    await gone();
    await row('Exa').getByText('switched off by olivia').waitFor();
    expect(await isOn('Exa')).toBe(false);

    await flip('Exa');
    await dialog().getByRole('heading', { name: 'Use the kept key of Exa again?' }).waitFor();
    await press('Use it again');
    await gone();
    await page.getByText('switched off by olivia').waitFor({ state: 'detached' });
    expect(await isOn('Exa')).toBe(true);
  });

  it('says when a key was last used, how many workers would miss it, and which have its new version', async () => {
    const set = (last: string) =>
      world.call('PUT /organizations/acme/integrations/firecrawl/key', { body: { secret: aKey(last) } });
    await set('0f01');
    await open();
    await row('Firecrawl').getByText('not used yet').waitFor();
    for (const worker of ['indexer', 'crawler']) await world.lookUp(worker, 'website', 'firecrawl');
    await row('Firecrawl').getByText('last used').waitFor();
    await flip('Firecrawl');
    await dialog().getByText('2 workers used it in the last hour').waitFor();
    await press('Cancel');

    await set('0f02');
    await world.lookUp('crawler', 'mobile', 'firecrawl');
    await press('Who uses it (Firecrawl)', row('Firecrawl'));
    await dialog().getByText('Version 2 has reached 1 of 2 workers of the last hour.').waitFor();
    expect(await dialog().getByRole('row').allInnerTexts()).toEqual([
      expect.stringContaining('Worker'),
      expect.stringMatching(/^crawler\s+mobile\s+2/),
      expect.stringMatching(/^(indexer|crawler)\s+website\s+1/),
      expect.stringMatching(/^(indexer|crawler)\s+website\s+1/),
    ]);
  });

  it('replaces and removes a key, and tells who uses it', async () => {
    await world.call('PUT /organizations/acme/integrations/tavily/key', {
      body: { secret: 'tvly-dev-abcdefghijklmnopqrstuvwxyz012345' },
    });
    await open();
    await press('Who uses it (Tavily)', row('Tavily'));
    await dialog().getByText("Use the organization's key (2)").waitFor();
    await press('Close');
    await press('Replace the key of Tavily', row('Tavily'));
    await enterKey('tvly-dev-abcdefghijklmnopqrstuvwxyz019876');
    await gone();
    await row('Tavily').getByText('••••••••9876').waitFor();
    await press('Remove the key of Tavily', row('Tavily'));
    await dialog().getByText('cannot be brought back').waitFor();
    await press('Remove');
    await gone();
    await row('Tavily').getByText('No key any more').waitFor();
  });

  it('refuses the mask, an empty field and a key of another vendor at the field, and loses nothing', async () => {
    await open();
    await flip('Tavily');
    const error = dialog().getByRole('alert');
    for (const [key, sentence] of [
      ['', 'Paste the key.'],
      ['••••••••7f2c', 'This is what is shown in place of a key. Paste the key itself.'],
      ['sk-ant-abcdefghijklmnop', 'This one does not.'],
    ] as const) {
      await enterKey(key);
      await error.getByText(sentence).waitFor();
      expect(await dialog().getByLabel('Key', { exact: true }).inputValue()).toBe(key);
    }
    await press('Cancel');
    await gone();
    expect(await isOn('Tavily')).toBe(false);
  });

  it('shows how to connect in place of a key where people are let in and no program', async () => {
    await open();
    const items = page
      .getByRole('listitem')
      .filter({ hasText: 'Connect your own account, or a service account' });
    await items.first().waitFor();
    expect(await items.first().getByRole('switch').count()).toBe(0);
  });

  it('lets an admin of the organization change as an owner does', async () => {
    await open({ subject: 'ada', role: 'admin' });
    await flip('Apify');
    await enterKey(aKey('ada1'));
    await gone();
    await row('Apify').getByText('set by ada').waitFor();
  });

  it('says to whoever has no role in an organization the same, whether there is such a one or not', async () => {
    await open();
    for (const org of ['later', 'nowhere']) {
      await page.goto(`${world.keyward.httpUrl}/organizations/${org}/integrations`);
      await page.getByText(`You have no role in the organization ${org} or a project of it.`).waitFor();
    }
  });

  it('lets a member look, and says why they cannot change', async () => {
    await open({ subject: 'mia', role: 'member' });
    await page.getByText('that takes an owner or admin of the organization, and you are member').waitFor();
    expect(await page.getByRole('switch').count()).toBe(0);
    expect(await page.getByRole('link', { name: 'History' }).count()).toBe(0);
  });

  it.each([
    ['small', 'Organization-wide keys are part of the Enterprise plan', /Enterprise plan/],
    [
      'later',
      'Organization-wide keys are not available to this organization yet',
      /Contact your sales representative/,
    ],
  ])(
    'tells the organization %s why it cannot have one, and lets nothing be switched on',
    async (org, title, sentence) => {
      page = await world.visit({ ...OLIVIA, organization: org }, `/organizations/${org}/integrations`);
      await page.getByText(title).waitFor();
      await page.getByText(sentence).first().waitFor();
      expect(await toggle('SerpApi').isDisabled()).toBe(true);
    },
  );
});
