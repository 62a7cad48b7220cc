// @needs chromium
import type { Page } from 'playwright-core';
import { formsOf } from '../support/forms-of.js';
import { ConsoleWorld, OLIVIA, aKey } from './console-world.js';

const CANARY = aKey('cafe');

/** Run in the page. */
const EVERYTHING = `(async () => JSON.stringify([
  document.documentElement.outerHTML,
  [...document.querySelectorAll('input, textarea')].map(({ value }) => value),
  { ...localStorage },
  { ...sessionStorage },
  history.state,
  location.href,
  document.cookie,
  await indexedDB.databases(),
  await caches.keys(),
]))()`;

describe('A key that was entered in the console', () => {
  let world: ConsoleWorld;
  let page: Page;

  beforeAll(async () => {
    world = await ConsoleWorld.open();
    page = await world.visit(OLIVIA, '/organizations/acme/integrations');
    await page.getByRole('switch', { name: 'SerpApi for all projects' }).press('Space');
  }, 90_000);
  afterAll(() => world.close());

  /** All that a page, or a script in it, can find of itself. */
  const everythingIn = async (): Promise<string> => {
    const inPage = await page.evaluate<string>(EVERYTHING);
    return (
      inPage +
      JSON.stringify(await page.context().cookies()) +
      JSON.stringify(await page.context().storageState())
    );
  };
  /** All that the page's scripts could still reach. */
  const heap = async (): Promise<string> => {
    const session = await page.context().newCDPSession(page);
    const chunks: string[] = [];
    session.on('HeapProfiler.addHeapSnapshotChunk', ({ chunk }) => chunks.push(chunk));
    await session.send('HeapProfiler.collectGarbage');
    await session.send('HeapProfiler.takeHeapSnapshot', {});
    await session.detach();
    return chunks.join('');
  };
  const found = (text: string): string[] => [
    ...new Set(formsOf(CANARY).filter((form) => text.includes(form))),
  ];

  it('is in its field alone while it is entered, where nothing shows it and no browser fills it in', async () => {
    const field = page.getByLabel('Key', { exact: true });
    await field.fill(CANARY);
    expect(await field.getAttribute('type')).toBe('password');
    expect(await field.getAttribute('autocomplete')).toBe('new-password');
    expect(found(await everythingIn())).toEqual([CANARY]);
    expect(found(await page.content())).toEqual([]);
  });

  it('is nowhere in the browser once it is saved', async () => {
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.getByText('••••••••cafe').waitFor();
    expect(found(await everythingIn())).toEqual([]);
    expect(found(await heap())).toEqual([]);
  });

  it('was in the one request that set it, and in no other, nor in an address', async () => {
    for (const path of ['history', 'time-travel', 'projects/website/integrations/serpapi']) {
      await page.goto(`${world.keyward.httpUrl}/organizations/acme/${path}`);
      await page.getByRole('heading', { level: 1 }).waitFor();
      expect(found(await everythingIn())).toEqual([]);
    }
    const carriers = world.requests.filter(({ url, body }) => found(url + body).length > 0);
    expect(
      carriers.map(({ method, url, body }) => [
        method,
        new URL(url).pathname,
        found(url),
        body.includes(CANARY),
      ]),
    ).toEqual([['PUT', '/v1/organizations/acme/integrations/serpapi/key', [], true]]);
  });

  it('is emptied from the field when the dialog is closed without saving', async () => {
    await page.goto(`${world.keyward.httpUrl}/organizations/acme/integrations`);
    await page.getByRole('button', { name: 'Replace the key of SerpApi' }).click();
    await page.getByLabel('Key', { exact: true }).fill(CANARY);
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(found(await everythingIn())).toEqual([]);
  });

  it('is found by this search where it was planted', async () => {
    await page.evaluate(`history.replaceState({ text: (globalThis.planted = '${CANARY}') }, '')`);
    expect(found(await everythingIn())).toContain(CANARY);
    expect(found(await heap())).toContain(CANARY);
  });
});
