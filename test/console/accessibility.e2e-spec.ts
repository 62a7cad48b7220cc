// @needs chromium
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { PAGES, DIALOGS } from './pages.js';
import { ConsoleWorld, OLIVIA } from './console-world.js';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

// Run in the page.
const SIDES = '[innerWidth, document.documentElement.scrollWidth]';
const FOCUS_IN_DIALOG = "document.querySelector('[role=dialog]').contains(document.activeElement)";
const FOCUSED = 'document.activeElement.outerHTML';

describe('The console for everybody', () => {
  let world: ConsoleWorld;

  beforeAll(async () => {
    world = await ConsoleWorld.open();
    await world.fill();
  }, 90_000);
  afterAll(() => world.close());
  afterEach(() => world.closePages());

  /** What breaks a rule of WCAG 2.2 A and AA, or is bad practice, and where. */
  const violations = async (page: Page): Promise<string[]> => {
    await page.evaluate(AXE);
    const found = await page.evaluate<AxeResults>('axe.run()');
    return found.violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id} ${String(target)}`));
  };

  const LOOKS = [
    ['light', 1280],
    ['dark', 390],
  ] as const;

  describe.each(LOOKS)('in %s, %i pixels wide', (colorScheme, width) => {
    const look = { colorScheme, viewport: { width, height: 900 } };

    it('has a sign-in without a barrier', async () => {
      const page = await world.newPage(look);
      await page.goto(world.keyward.httpUrl);
      await page.getByRole('heading', { name: 'Development sign-in' }).waitFor();
      expect(await violations(page)).toEqual([]);
    });

    it.each(Object.entries(PAGES))(
      'has %s without a barrier, and nothing beyond its sides',
      async (_name, { path, shows }) => {
        const page = await world.visit(OLIVIA, path, look);
        await page.getByText(shows).first().waitFor();
        expect(await violations(page)).toEqual([]);
        const [inner, all] = await page.evaluate<[number, number]>(SIDES);
        expect(all).toBeLessThanOrEqual(inner);
      },
    );

    it.each(Object.entries(DIALOGS))('has the dialog %s without a barrier', async (_name, { path, open }) => {
      const page = await world.visit(OLIVIA, path, look);
      await open(page);
      await page.getByRole('dialog').getByRole('button').first().waitFor();
      expect(await violations(page)).toEqual([]);
    });
  });

  it('is used with the keyboard alone: into the dialog, around in it, out of it, and back', async () => {
    const page = await world.visit(OLIVIA, PAGES['integrations-control']!.path);
    const toggle = page.getByRole('switch', { name: 'Exa for all projects' });
    await toggle.focus();
    await page.keyboard.press('Space');
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Key', { exact: true }).waitFor();
    const holdsFocus = () => page.evaluate<boolean>(FOCUS_IN_DIALOG);
    for (let n = 0; n < 12; n++) {
      await page.keyboard.press('Tab');
      expect(await holdsFocus()).toBe(true);
    }
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    expect(await page.evaluate<string>(FOCUSED)).toContain('Exa for all projects');
  });
});
