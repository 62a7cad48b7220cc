import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startApp, type BuiltProgram } from '../support/built-program.js';
import { startRecordingProxy, type RecordingProxy } from '../support/recording-proxy.js';
import { startKeyward, temporaryDataDir, token, type RunningKeyward } from '../support/standalone.js';

const LIMIT_MS = 180_000;

const ORG_KEY_1 = /vendor saw •{8}org1 +organization's key, version 1 +\d+ ms/;
const ORG_KEY_1_STILL = /vendor saw •{8}org1 +organization's key, version 1 +not told/;
const ORG_KEY_2 = /vendor saw •{8}org2 +organization's key, version 2 +\d+ ms/;
const PROJECT_KEY = /vendor saw •{8}web1 +project's own key, version 1 +\d+ ms/;
const NOT_SET = /vendor not called +no key: none is set/;
const SWITCHED_OFF = /vendor not called +no key: switched off +\d+ ms/;

/** Each step: how its sentence begins, and what is seen under it: of website and mobile, or the refusal. */
const STORY: readonly (readonly [string, ...RegExp[]])[] = [
  ['Acme, Enterprise and in the rollout,', NOT_SET, NOT_SET],
  ['Alice, admin of Acme, sets', ORG_KEY_1, ORG_KEY_1],
  ['Erin, editor of website, gives', PROJECT_KEY, ORG_KEY_1_STILL],
  ['Erin removes it', ORG_KEY_1, ORG_KEY_1_STILL],
  ['Alice replaces', ORG_KEY_2, ORG_KEY_2],
  ['Alice switches it off', SWITCHED_OFF, SWITCHED_OFF],
  ['Alice switches it on again', ORG_KEY_2, ORG_KEY_2],
  ['An organization on the Free plan', /NOT_ENTITLED \(HTTP 403\).*Enterprise plan/],
  ['So does one on the Enterprise plan', /NOT_ROLLED_OUT \(HTTP 403\).*sales representative/],
  ['Alice wants to share a key for Gmail', /CREDENTIAL_KIND_NOT_SHAREABLE \(HTTP 422\).*service account/],
];

describe('npm run demo', () => {
  const scratch = mkdtempSync(join(tmpdir(), 'keyward-demo-spec-'));

  /** Whatever the demo makes, it makes in a folder of its own that can be looked into. */
  function play(env: Readonly<Record<string, string>>, ...args: string[]): BuiltProgram {
    return startApp('demo', { TMPDIR: scratch, KEYWARD_DATA_DIR: join(scratch, 'none'), ...env }, args);
  }

  const leftBehind = () => readdirSync(scratch);

  afterAll(() => rmSync(scratch, { recursive: true, force: true }));

  it(
    'plays the whole story on a Keyward of its own, and leaves nothing behind',
    async () => {
      const demo = play({});
      expect([await demo.exit, demo.stderr()]).toEqual([0, '']);
      expectStory(demo.stdout());
      expect(demo.stdout()).toContain('started for this demo');
      expect(demo.stdout()).not.toContain('\x1b');
      expect(demo.stdout()).not.toContain('sk-demo');
      expect(leftBehind()).toEqual([]);
    },
    LIMIT_MS,
  );

  it(
    'ends in order when it is interrupted',
    async () => {
      const demo = play({}, '--slow');
      await demo.prints(/Acme {9}organization demo-/);
      demo.signal('SIGTERM');
      expect(await demo.exit).toBe(130);
      expect(leftBehind()).toEqual([]);
    },
    LIMIT_MS,
  );

  it(
    'says what is wrong with a Keyward that it was given, and with an option that it does not know',
    async () => {
      const nowhere = play({ KEYWARD_URL: 'http://127.0.0.1:9' });
      expect(await nowhere.exit).toBe(1);
      expect(nowhere.stderr()).toContain(
        'KEYWARD_URL is set, but no Keyward at http://127.0.0.1:9 is ready.',
      );
      const unknown = play({}, '--fast');
      expect(await unknown.exit).toBe(1);
      expect(unknown.stderr()).toContain("'--fast'");
    },
    LIMIT_MS,
  );

  describe('against a running Keyward', () => {
    const data = temporaryDataDir();
    const rollout = { percentage: 40, include: ['somebody'], exclude: ['nobody'] };
    let keyward: RunningKeyward;
    let proxy: RecordingProxy;
    let platform: string;

    const ask = async (
      path: string,
      { as = platform, put }: { as?: string; put?: object } = {},
    ): Promise<Record<string, unknown>> => {
      const response = await fetch(`${keyward.httpUrl}/v1${path}`, {
        headers: { authorization: `Bearer ${as}`, ...(put && { 'content-type': 'application/json' }) },
        ...(put && { method: 'PUT', body: JSON.stringify(put) }),
      });
      return (await response.json()) as Record<string, unknown>;
    };
    const playThrough = async (tamper?: Parameters<typeof startRecordingProxy>[1]): Promise<BuiltProgram> => {
      proxy = await startRecordingProxy(keyward.httpUrl, tamper);
      const demo = play({
        KEYWARD_URL: proxy.url,
        KEYWARD_GRPC: keyward.grpcTarget,
        KEYWARD_DATA_DIR: data.path,
      });
      await demo.exit;
      await proxy.close();
      return demo;
    };

    /** No key is set in any of the demo's organizations, and its projects are archived. */
    const expectTidied = async (): Promise<void> => {
      const paths = proxy.requests.map(({ path }) => path);
      const [acme = ''] = /demo-[0-9a-f]{8}/.exec(paths.join(' ')) ?? [];
      const organizations = [acme, `${acme}-free`, `${acme}-later`];
      const roles = organizations.flatMap((id) => ['--org', `${id}=admin`]);
      const admin = token(data.path, '--subject', 'auditor', ...roles);
      for (const id of organizations) {
        const list = await ask(`/organizations/${id}/integrations?fully_consistent=true`, { as: admin });
        const items = list['items'] as { state: string }[];
        expect(new Set(items.map(({ state }) => state))).toEqual(new Set(['not_set']));
      }
      for (const project of ['website', 'mobile']) {
        const path = `/organizations/${acme}/projects/${project}/integrations?fully_consistent=true`;
        expect(await ask(path, { as: admin })).toMatchObject({ code: 'UNKNOWN_PROJECT' });
      }
    };

    beforeAll(async () => {
      keyward = await startKeyward(data.path);
      platform = token(data.path, '--subject', 'root', '--platform-admin');
      await ask('/rollout', { put: rollout });
    }, LIMIT_MS);

    afterEach(async () => {
      expect(await ask('/rollout?fully_consistent=true')).toMatchObject(rollout);
    });

    afterAll(async () => {
      await keyward.stop();
      data.dispose();
    });

    it(
      'plays the same story, leaves the rollout as it was, and prints no key',
      async () => {
        const demo = await playThrough();
        expect([await demo.exit, demo.stderr()]).toEqual([0, '']);
        expectStory(demo.stdout());
        expect(demo.stdout()).toContain(`${proxy.url}, which runs already`);

        const secrets = new Set(
          proxy.requests.map(({ body }) => body?.['secret']).filter((secret) => typeof secret === 'string'),
        );
        expect(secrets.size).toBe(3);
        for (const secret of secrets) {
          for (const shape of shapesOf(secret)) {
            expect(demo.stdout() + demo.stderr()).not.toContain(shape);
            expect(keyward.output()).not.toContain(shape);
          }
        }
        await expectTidied();
      },
      LIMIT_MS,
    );

    it(
      'fails when a refusal is another one than the story says',
      async () => {
        const demo = await playThrough(({ body }) =>
          body?.['plan'] === 'free' ? { ...body, plan: 'enterprise' } : body,
        );
        expect(await demo.exit).toBe(1);
        expect(demo.stderr()).toMatch(
          /The demo failed\. This has to be refused with NOT_ENTITLED, and was (not|with NOT_ROLLED_OUT)/,
        );
        expect(demo.stdout()).not.toContain('each as the story says');
      },
      LIMIT_MS,
    );

    it(
      'fails when a worker really uses another key than the story says, whatever Keyward tells',
      async () => {
        let sets = 0;
        const demo = await playThrough(({ body }) => {
          if (body?.['secret'] === undefined) return body;
          sets += 1;
          return sets === 3 ? { ...body, secret: 'sk-somebody-elses-0123456789-evil' } : body;
        });
        expect(await demo.exit).toBe(1);
        expect(demo.stderr()).toMatch(
          /worker called the vendor with ••••••••(evil|org1); it has to be ••••••••org2/,
        );
      },
      LIMIT_MS,
    );
  });
});

function expectStory(output: string): void {
  const steps = output.split(/\n *\d+ {2}/).slice(1);
  expect(steps).toHaveLength(STORY.length);
  for (const [index, [beginning, ...rows]] of STORY.entries()) {
    const [sentence, ...seen] = (steps[index] ?? '').split(/\n +✓ /);
    expect(sentence).toMatch(new RegExp(`^${beginning}`));
    const heads = rows.length === 1 ? ['refused'] : ['website', 'mobile'];
    for (const [at, row] of rows.entries()) {
      // A refusal's sentence goes over several lines.
      const text = (seen[at] ?? '').replace(/\s*\n\s*/g, ' ');
      expect(text).toMatch(new RegExp(`^${heads[at]} `));
      expect(text).toMatch(row);
    }
  }
  expect(output).toMatch(/✓ 10 steps, each as the story says; the slowest change was in use after \d+ ms\n$/);
  for (const line of output.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
}

function shapesOf(secret: string): readonly string[] {
  const bytes = Buffer.from(secret);
  return [
    secret,
    bytes.toString('base64').replace(/=+$/, ''),
    bytes.toString('base64url'),
    bytes.toString('hex'),
  ];
}
