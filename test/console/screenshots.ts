import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ConsoleWorld, OLIVIA } from './console-world.js';
import { DIALOGS, PAGES } from './pages.js';

const FOLDER = join(import.meta.dirname, '../../docs/console');
const SCHEMES = ['light', 'dark'] as const;
const viewport = { width: 1280, height: 800 };

/** Takes a picture of every page and dialog of the console, light and dark. */
export async function main(): Promise<void> {
  mkdirSync(FOLDER, { recursive: true });
  const world = await ConsoleWorld.open();
  try {
    await world.fill();
    for (const colorScheme of SCHEMES) {
      const look = { colorScheme, viewport };
      const shoot = async (
        name: string,
        page: Awaited<ReturnType<ConsoleWorld['newPage']>>,
      ): Promise<void> => {
        await page.screenshot({ path: join(FOLDER, `${name}-${colorScheme}.png`), animations: 'disabled' });
        await page.context().close();
        process.stderr.write(`${name}, ${colorScheme}\n`);
      };
      const signIn = await world.newPage(look);
      await signIn.goto(world.keyward.httpUrl);
      await signIn.getByRole('heading', { name: 'Development sign-in' }).waitFor();
      await shoot('sign-in', signIn);
      for (const [name, { path, shows }] of Object.entries(PAGES)) {
        const page = await world.visit(OLIVIA, path, look);
        await page.getByText(shows).first().waitFor();
        await page.getByText('Live', { exact: true }).waitFor();
        await shoot(name, page);
      }
      for (const [name, { path, open }] of Object.entries(DIALOGS)) {
        const page = await world.visit(OLIVIA, path, look);
        await open(page);
        await page.getByRole('dialog').getByRole('button').first().waitFor();
        await shoot(name, page);
      }
    }
  } finally {
    await world.close();
  }
}
