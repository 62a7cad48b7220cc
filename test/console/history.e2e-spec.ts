// @needs chromium
import type { Page } from 'playwright-core';
import { ConsoleWorld, OLIVIA, aKey } from './console-world.js';

const ORG_KEY = '/organizations/acme/integrations/serpapi/key';
const PROJECT_KEY = '/organizations/acme/projects/mobile/integrations/serpapi/key';

describe('The history in the console', () => {
  let world: ConsoleWorld;
  let page: Page;

  beforeAll(async () => {
    world = await ConsoleWorld.open();
    await world.call(`PUT ${ORG_KEY}`, { body: { secret: aKey('1111'), reason: 'The first' } });
    await world.call(`PUT ${PROJECT_KEY}`, { body: { secret: aKey('2222') } });
    await world.call(`PUT ${ORG_KEY}`, { body: { secret: aKey('3333') } });
    await world.call(`DELETE ${PROJECT_KEY}`);
  }, 90_000);
  afterAll(() => world.close());
  afterEach(async () => {
    await world.closePages();
    expect(world.complaints).toEqual([]);
  });

  const events = () => page.locator('.timeline > li');
  const openHistory = async (): Promise<void> => {
    page = await world.visit(OLIVIA, '/organizations/acme/history');
    await events().first().waitFor();
  };
  const openTravel = async (): Promise<void> => {
    page = await world.visit(OLIVIA, '/organizations/acme/time-travel');
    await page.getByRole('table').waitFor();
  };
  const rowOf = async (project: string): Promise<string> =>
    (await page.getByRole('row').filter({ hasText: project }).allInnerTexts()).join();
  const step = (name: 'One event back' | 'One event on') => page.getByRole('button', { name }).click();

  it('shows who did what and why, the newest first', async () => {
    await openHistory();
    const texts = await events().allInnerTexts();
    expect(texts.slice(0, 4)).toEqual([
      expect.stringContaining("script removed mobile's key of SerpApi"),
      expect.stringContaining("script set the organization's key of SerpApi (version 2, ••••••••3333)"),
      expect.stringContaining("script set mobile's key of SerpApi (version 1, ••••••••2222)"),
      expect.stringMatching(
        /script set the organization's key of SerpApi \(version 1, ••••••••1111\)[^]*“The first”/,
      ),
    ]);
    expect(texts.at(-1)).toContain(
      'registered the organization as “Acme Corporation” on the plan enterprise',
    );
  });

  it('is filtered by what, where, who and when, together', async () => {
    await openHistory();
    const shows = async (count: number): Promise<void> => {
      while ((await events().count()) !== count) await page.waitForTimeout(20);
    };
    await page.getByRole('combobox', { name: 'What' }).selectOption('Key set');
    await shows(3);
    await page.getByRole('combobox', { name: 'Project' }).selectOption('Mobile app');
    await shows(1);
    await page.getByLabel('Who').fill('nobody');
    await page.getByLabel('Who').press('Enter');
    await page.getByText('Nothing happened that fits.').waitFor();
    await page.getByLabel('Who').fill('');
    await page.getByLabel('Who').press('Enter');
    await shows(1);
    await page.getByLabel('Until').fill('2001-01-01');
    await page.getByText('Nothing happened that fits.').waitFor();
  });

  it('goes back in time, event by event, to every effective key of then', async () => {
    await openTravel();
    expect(await rowOf('Mobile app')).toContain('••••••••3333');
    await step('One event back');
    await page.getByText('••••••••2222').waitFor();
    await step('One event back');
    await page.getByText('••••••••1111').waitFor();
    expect(await rowOf('Mobile app')).toMatch(/Project[^]*••••••••2222/);
    expect(await rowOf('Website')).toMatch(/Organization[^]*••••••••1111/);
    await step('One event on');
    await page.getByText('••••••••3333').waitFor();
  });

  it('is dragged along with the keyboard', async () => {
    await openTravel();
    await page.getByRole('slider').press('Home');
    await page.getByText('No key had been set').waitFor();
    await page.getByRole('slider').press('End');
    await page.getByText('••••••••3333').first().waitFor();
  });

  it('is linked to from each event', async () => {
    await openHistory();
    await events().nth(2).getByRole('link', { name: 'Keys as of then' }).click();
    await page.getByRole('table').getByText('••••••••2222').waitFor();
    expect(await rowOf('Website')).toContain('••••••••1111');
  });

  it('tells what is different between two moments', async () => {
    await openTravel();
    await page.getByText('Compare two moments').click();
    await page.getByText('2 differences').waitFor();
    expect(await rowOf('Mobile app')).toMatch(/None[^]*••••••••3333/);
    const earlier = page.getByRole('slider', { name: 'Earlier moment' });
    await earlier.press('End');
    await page.getByText('No project used another key at the later moment.').waitFor();
  });

  it('is linked to and reached however much has happened since, and stays where it is when more does', async () => {
    await world.call('PUT /organizations/acme/integrations/exa/key', { body: { secret: aKey('4444') } });
    const { items } = (await world.call('GET /organizations/acme/history?limit=500')) as {
      items: { position: string; integrationId: string | null }[];
    };
    const old = items.find(({ integrationId }) => integrationId === 'serpapi')!;
    for (let n = 0; n < 110; n++) {
      await world.call('POST /organizations/acme/integrations/exa/key/disable');
      await world.call('POST /organizations/acme/integrations/exa/key/enable');
    }
    page = await world.visit(OLIVIA, `/organizations/acme/time-travel#${encodeURIComponent(old.position)}`);
    await page.getByRole('table').getByText('••••••••1111').first().waitFor();
    await page.getByRole('status').filter({ hasText: 'Live' }).waitFor();
    await world.call('POST /organizations/acme/integrations/exa/key/disable');
    await page.getByText('the last change reached lookups').waitFor();
    expect(await page.getByRole('table').getByText('••••••••1111').count()).toBeGreaterThan(0);
    expect(await page.getByText('••••••••4444').count()).toBe(0);
  });

  it('says that there is no such moment, in place of another one', async () => {
    page = await world.visit(OLIVIA, '/organizations/acme/time-travel#nonsense');
    await page.getByText('There is no such moment in the history of this organization.').waitFor();
  });

  it('begins with the last events, and reaches further back when asked', async () => {
    await openTravel();
    const slider = page.getByRole('slider');
    const before = Number(await slider.getAttribute('max'));
    await page.getByRole('button', { name: 'Reach further back' }).click();
    await page.getByText('Of the history these are').waitFor({ state: 'detached' });
    expect(Number(await slider.getAttribute('max'))).toBeGreaterThan(before);
  });
});
