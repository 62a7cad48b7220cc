// @needs chromium
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { startBrowser } from '../../../../../test/support/browser.js';
import { closeServer, listenOnLoopback } from '../../../../../test/support/loopback-server.js';
import { SignInWorld } from '../../testing/sign-in-world.js';

const PAGE = '<!doctype html><title>console</title><script type="module" src="/assets/index-1.js"></script>';
const SCRIPT = `const answer = await fetch('/session'); document.title = answer.status + ' ' + (await answer.json()).subject;`;

/** The provider is another site to the browser: localhost, and not 127.0.0.1. */
describe('A browser', () => {
  let folder: string;
  let world: SignInWorld;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'keyward-browser-'));
    mkdirSync(join(folder, 'assets'));
    writeFileSync(join(folder, 'index.html'), PAGE);
    writeFileSync(join(folder, 'assets', 'index-1.js'), SCRIPT);
    world = await SignInWorld.open({ settings: { KEYWARD_CONSOLE_DIR: folder }, providerHost: 'localhost' });
    browser = await startBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await world.close();
    rmSync(folder, { recursive: true });
  });
  beforeEach(async () => {
    page = await (await browser.newContext()).newPage();
  });
  afterEach(() => page.context().close());

  /** Not by a text that the page would have to evaluate: its policy forbids that. */
  const untilAnswered = async (): Promise<void> => {
    while ((await page.title()) === 'console') await page.waitForTimeout(10);
  };
  const signIn = async (): Promise<void> => {
    await page.goto(`${world.url}/session/sign-in?return=/organizations/acme`);
    await untilAnswered();
  };

  it('comes back from a provider of another site signed in, on plain HTTP of this machine', async () => {
    await signIn();
    expect([page.url(), await page.title()]).toEqual([`${world.url}/organizations/acme`, '200 alice']);
    const cookies = await page.context().cookies(world.url);
    expect(cookies).toEqual([
      expect.objectContaining({
        name: '__Host-keyward-session',
        secure: true,
        httpOnly: true,
        sameSite: 'Strict',
        path: '/',
      }),
    ]);
  });

  it('shows the session to no script', async () => {
    await signIn();
    const seen = await page.evaluate(
      'cookieStore.getAll().then((all) => [document.cookie, all.length, localStorage.length, sessionStorage.length])',
    );
    expect(seen).toEqual(['', 0, 0, 0]);
  });

  it('signs out by the console', async () => {
    await signIn();
    const statuses = await page.evaluate(async () => {
      const headers = { 'X-Keyward-Console': '1' };
      const plain = await fetch('/session/sign-out', { method: 'POST' });
      const out = await fetch('/session/sign-out', { method: 'POST', headers });
      return [plain.status, out.status, (await fetch('/session')).status];
    });
    expect(statuses).toEqual([403, 200, 401]);
    expect(await page.context().cookies(world.url)).toEqual([]);
  });

  it('sends the session along with nothing that another site asks of it', async () => {
    await signIn();
    const form = `<!doctype html><form method="post" action="${world.url}/session/sign-out"></form><script>document.forms[0].submit()</script>`;
    const server = createServer((_request, response) =>
      response.setHeader('Content-Type', 'text/html').end(form),
    );
    const port = await listenOnLoopback(server);
    const answered = page.waitForResponse(`${world.url}/session/sign-out`);
    await page.goto(`http://localhost:${port}/`);
    const { cookie = '' } = await (await answered).request().allHeaders();
    expect(cookie).not.toContain('keyward');
    await closeServer(server);
    await page.goto(`${world.url}/`);
    await untilAnswered();
    expect(await page.title()).toBe('200 alice');
  });
});
