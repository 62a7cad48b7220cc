import { startApp } from '../support/built-program.js';

const APPS = ['api', 'projector', 'relay', 'lookup', 'broadcaster'] as const;

/** What each shares with the others. */
const PARTS: Readonly<Record<(typeof APPS)[number], readonly string[]>> = {
  api: ['KEYWARD_EVENT_STORE', 'KEYWARD_READ_MODEL'],
  projector: ['KEYWARD_EVENT_STORE', 'KEYWARD_READ_MODEL'],
  relay: ['KEYWARD_EVENT_STORE', 'KEYWARD_CHANGE_LOG'],
  lookup: ['KEYWARD_EVENT_STORE', 'KEYWARD_READ_MODEL'],
  broadcaster: ['KEYWARD_EVENT_STORE', 'KEYWARD_READ_MODEL', 'KEYWARD_CHANGE_LOG'],
};

/** An environment for all five, with what belongs to one process only, and settings of each. */
const EMBEDDED = {
  KEYWARD_EVENT_STORE: 'sqlite:./data/keyward.db',
  KEYWARD_READ_MODEL: 'memory:',
  KEYWARD_CHANGE_LOG: 'memory:',
  KEYWARD_HTTP_PORT: '0',
  KEYWARD_LEASE: '1m',
  KEYWARD_WATCH_WINDOW: '10',
  KEYWARD_OPERATIONS_PORT: '0',
  KEYWARD_WORKER_ORGANIZATION: 'acme',
  KEYWARD_URL: 'http://127.0.0.1:8080',
};

async function refused(app: string, env: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const program = startApp(app, env);
  expect(await program.exit).toBe(1);
  expect(program.stdout()).toBe('');
  expect(program.stderr()).toMatch(new RegExp(`^Keyward ${app} could not start\\.`));
  return program.stderr().trimEnd().split('\n').slice(1);
}

describe.each(APPS)('the %s alone', (app) => {
  const named = (problem: string): unknown[] =>
    PARTS[app].map((name) => expect.stringMatching(new RegExp(`^  ${name} ${problem}`)) as unknown);

  it('asks for all the parts that it shares with the others, and for no more', async () => {
    expect(await refused(app, {})).toEqual(named('must be set, to .*//.* and host:port'));
  });

  it('refuses parts that belong to one process, whatever else stands in the environment', async () => {
    const lines = await refused(app, EMBEDDED);
    expect(lines).toEqual(named('must be .* belongs? to one process, .*`npm start`'));
  });

  it('refuses a typing error in the name of a setting, also of another app', async () => {
    const lines = await refused(app, { ...EMBEDDED, KEYWARD_WATCH_WINDWO: '10' });
    expect(lines.at(-1)).toBe('  KEYWARD_WATCH_WINDWO is not a setting: did you mean KEYWARD_WATCH_WINDOW?');
  });
});
