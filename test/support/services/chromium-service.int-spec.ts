// @needs chromium
import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import { promisify } from 'node:util';
import { startBrowser } from '../browser.js';
import { closeServer, listenOnLoopback } from '../loopback-server.js';

const SCRIPT = `
  import { provideServices } from './scripts/services/services.mjs';
  const { missing } = await provideServices(['test/support/services/chromium-service.int-spec.ts'], () => undefined);
  console.log(missing[0].sentence);
`;

describe('Chromium for tests', () => {
  it("runs the script of a server's page", async () => {
    const server = createServer((_request, response) =>
      response.end('<!doctype html><title>before</title><script>document.title = 6 * 7</script>'),
    );
    const port = await listenOnLoopback(server);
    const browser = await startBrowser();
    try {
      const page = await browser.newPage();
      await page.goto(`http://127.0.0.1:${port}/`);
      expect(await page.title()).toBe('42');
    } finally {
      await browser.close();
      await closeServer(server);
    }
  });

  it('is asked for in a sentence where it can be neither found nor installed', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', SCRIPT], {
      env: { PATH: '' },
    });
    expect(stdout).toMatch(
      /^Chromium is missing, so 1 test files did not run\. Either install chromium .*, or set KEYWARD_TEST_CHROMIUM to the path of its program/,
    );
  });
});
