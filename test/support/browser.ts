import { chromium, type Browser } from 'playwright-core';

/** A browser without a window, of a test that `@needs chromium`; to be closed. Each context of it has its own cookies. */
export function startBrowser(): Promise<Browser> {
  const executablePath = process.env['KEYWARD_TEST_CHROMIUM'];
  if (!executablePath)
    throw new Error('There is no Chromium: run the tests with `npm test`, which provides it');
  return chromium.launch({
    executablePath,
    // It speaks to this machine alone; a container's /dev/shm is small.
    args: ['--disable-background-networking', '--disable-dev-shm-usage'],
  });
}
