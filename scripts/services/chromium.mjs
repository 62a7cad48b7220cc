// Chromium for the tests: a program from the operating system's package. Each test starts its own browser with it.
import { installPackage } from './install-package.mjs';
import { programOnPath } from './program-on-path.mjs';

const PROGRAM = 'chromium';

/** One of the services in services.mjs. */
export const chromiumService = {
  name: 'chromium',
  title: 'Chromium',
  url: 'KEYWARD_TEST_CHROMIUM',
  instead: 'the path of its program (Chrome and Edge will do)',
  /** @throws Error with a sentence that says what to install */
  async prepare(progress) {
    if (programOnPath(PROGRAM)) return;
    await installPackage(PROGRAM, progress);
    if (!programOnPath(PROGRAM)) throw new Error(`the package ${PROGRAM} brought no program of that name`);
  },
  async start() {
    return { url: programOnPath(PROGRAM), stop: async () => undefined };
  },
};
