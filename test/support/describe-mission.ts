import { setTimeout as sleep } from 'node:timers/promises';
import { createKeywardClient, type KeywardClient, type Lookup } from '@keyward/client';
import { token } from './standalone.js';

/** Of several processes on a loaded machine. */
const START_LIMIT_MS = 180_000;
const ORG_KEY = 'sk-org-0123456789-0123456789-7f2c';
const OTHER_ORG_KEY = 'sk-org-abcdefghij-abcdefghij-9d3e';
const PROJECT_KEY = 'sk-web-0123456789-0123456789-a1b2';

/** A Keyward to play the mission on: one process, or several. */
export interface MissionStage {
  /** Where the local issuer's key lies. */
  readonly dataDir: string;
  readonly httpUrl: string;
  readonly grpcTarget: string;
  /** Where watches are served, if elsewhere. */
  readonly watchTarget?: string;
  /** All that its processes printed. */
  output(): string;
  /** kill -9 of every process of Keyward, and a new start on what they left. */
  killAndStartAgain(): Promise<MissionStage>;
  stop(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

/** The mission's story, in the same sentences whatever Keyward is made of. */
export function describeMission(title: string, start: () => Promise<MissionStage>): void {
  describe(title, () => {
    let keyward: MissionStage;
    let printed = '';
    let worker: KeywardClient;
    let platform: string;
    let admin: string;
    let editor: string;

    const call = async (bearer: string, method: string, path: string, body?: object): Promise<Answer> => {
      const response = await fetch(`${keyward.httpUrl}/v1${path}`, {
        method,
        headers: { authorization: `Bearer ${bearer}`, ...(body && { 'content-type': 'application/json' }) },
        ...(body && { body: JSON.stringify(body) }),
      });
      return { status: response.status, body: (await response.json()) as Record<string, unknown> };
    };
    const org = (path: string): string => `/organizations/acme${path}`;
    const used = async (projectId: string, integrationId: string, { body }: Answer): Promise<string> => {
      const consistency = { kind: 'at_least_as_fresh', position: String(body['position']) } as const;
      return shown(await worker.lookup({ projectId, integrationId }, { consistency }));
    };

    const startWorker = (): KeywardClient =>
      createKeywardClient({
        target: keyward.grpcTarget,
        ...(keyward.watchTarget === undefined ? {} : { watchTarget: keyward.watchTarget }),
        tls: 'insecure',
        organizationId: 'acme',
        token: token(keyward.dataDir, '--subject', 'worker', '--worker', 'acme'),
      });

    beforeAll(async () => {
      keyward = await start();
      platform = token(keyward.dataDir, '--subject', 'root', '--platform-admin');
      admin = token(
        keyward.dataDir,
        '--subject',
        'alice',
        '--org',
        'acme=admin',
        '--org',
        'free=owner',
        '--org',
        'late=owner',
      );
      editor = token(keyward.dataDir, '--subject', 'erin', '--project', 'acme/website=editor');
      worker = startWorker();
      await call(platform, 'PUT', '/organizations/acme', { name: 'Acme', plan: 'enterprise' });
      await call(platform, 'PUT', '/organizations/free', { name: 'Free', plan: 'free' });
      await call(platform, 'PUT', '/organizations/late', { name: 'Late', plan: 'enterprise' });
      await call(platform, 'PUT', '/rollout', { percentage: 0, include: ['acme', 'free'], exclude: [] });
      for (const project of ['website', 'mobile']) {
        await call(platform, 'PUT', org(`/projects/${project}`), { name: project });
      }
    }, START_LIMIT_MS);

    afterAll(async () => {
      worker?.close();
      await keyward?.stop();
    }, START_LIMIT_MS);

    it('lets an admin of the organization set a key, and all projects use it', async () => {
      const set = await call(admin, 'PUT', org('/integrations/openai/key'), {
        secret: ORG_KEY,
        reason: 'first set-up',
      });
      expect(set).toMatchObject({ status: 201, body: { version: 1, mask: '••••••••7f2c', changed: true } });
      expect(await used('website', 'openai', set)).toBe(`organization 1 ${ORG_KEY}`);
      expect(await used('mobile', 'openai', set)).toBe(`organization 1 ${ORG_KEY}`);
    });

    it('lets an editor of a project override it, for that project alone', async () => {
      const set = await call(editor, 'PUT', org('/projects/website/integrations/openai/key'), {
        secret: PROJECT_KEY,
      });
      expect(set.status).toBe(201);
      expect(await used('website', 'openai', set)).toBe(`project 1 ${PROJECT_KEY}`);
      expect(await used('mobile', 'openai', set)).toBe(`organization 1 ${ORG_KEY}`);
    });

    it('goes back to the organization key when the project key is removed', async () => {
      const removed = await call(editor, 'DELETE', org('/projects/website/integrations/openai/key'));
      expect(removed.status).toBe(200);
      expect(await used('website', 'openai', removed)).toBe(`organization 1 ${ORG_KEY}`);
    });

    it('keeps a key that is switched off, stops its use, and restores it without typing it again', async () => {
      const off = await call(admin, 'POST', org('/integrations/openai/key/disable'));
      expect(await used('website', 'openai', off)).toBe('disabled');
      const on = await call(admin, 'POST', org('/integrations/openai/key/enable'));
      expect(await used('website', 'openai', on)).toBe(`organization 1 ${ORG_KEY}`);
    });

    it('tells a watching worker of a replaced key, which then uses the new one', async () => {
      const seen = (async () => {
        for await (const event of worker.watch({ projectIds: ['mobile'] }))
          if (event.kind === 'change') return event;
        return undefined;
      })();
      // The watch must be open before the change; its first heartbeat says so.
      for await (const event of worker.watch()) if (event.kind === 'heartbeat') break;
      const set = await call(admin, 'PUT', org('/integrations/openai/key'), { secret: OTHER_ORG_KEY });
      expect(set).toMatchObject({ status: 200, body: { version: 2 } });
      expect(await seen).toMatchObject({
        change: 'set',
        projectId: undefined,
        version: 2,
        affectedProjectIds: ['mobile'],
      });
      expect(await used('mobile', 'openai', set)).toBe(`organization 2 ${OTHER_ORG_KEY}`);
    });

    it('refuses an organization without an Enterprise plan, with a sentence saying so', async () => {
      const refused = await call(admin, 'PUT', '/organizations/free/integrations/openai/key', {
        secret: ORG_KEY,
      });
      expect(refused).toMatchObject({ status: 403, body: { code: 'NOT_ENTITLED' } });
      expect(refused.body['detail']).toMatch(/Enterprise/);
    });

    it('refuses an organization outside the rollout, asking to contact the sales representative', async () => {
      const refused = await call(admin, 'PUT', '/organizations/late/integrations/openai/key', {
        secret: ORG_KEY,
      });
      expect(refused).toMatchObject({ status: 403, body: { code: 'NOT_ROLLED_OUT' } });
      expect(refused.body['detail']).toMatch(/sales representative/);
    });

    it('refuses an OAuth credential by its kind: connect your own account, or a service account', async () => {
      const refused = await call(admin, 'PUT', org('/integrations/gmail/key'), { secret: 'anything' });
      expect(refused).toMatchObject({ status: 422, body: { code: 'CREDENTIAL_KIND_NOT_SHAREABLE' } });
      expect(refused.body['detail']).toMatch(/your own account, or a service account/);
    });

    it('refuses setting at once when the plan is lost, and never alters what running workers look up', async () => {
      const lost = await call(platform, 'PUT', '/organizations/acme', { name: 'Acme', plan: 'team' });
      expect(await call(admin, 'PUT', org('/integrations/openai/key'), { secret: ORG_KEY })).toMatchObject({
        status: 403,
        body: { code: 'NOT_ENTITLED' },
      });
      expect(await used('mobile', 'openai', lost)).toBe(`organization 2 ${OTHER_ORG_KEY}`);
      expect(await call(admin, 'DELETE', org('/integrations/openai/key'))).toMatchObject({ status: 200 });
      await call(platform, 'PUT', '/organizations/acme', { name: 'Acme', plan: 'enterprise' });
    });

    it('answers alike for an organization that is foreign and one that is not there', async () => {
      const stranger = token(keyward.dataDir, '--subject', 'mallory', '--org', 'evil=owner');
      const answers = await Promise.all(
        ['acme', 'nowhere'].map((name) => call(stranger, 'GET', `/organizations/${name}/integrations`)),
      );
      expect(
        answers.map(({ status, body }) => ({ status, code: body['code'], detail: body['detail'] })),
      ).toEqual(Array(2).fill({ status: 403, code: 'FORBIDDEN', detail: expect.any(String) as string }));
      expect(answers[0]!.body['detail']).toBe(answers[1]!.body['detail']);
    });

    it(
      'keeps everything over kill -9',
      async () => {
        const set = await call(admin, 'PUT', org('/integrations/serpapi/key'), { secret: ORG_KEY });
        worker.close();
        printed += keyward.output();
        keyward = await keyward.killAndStartAgain();
        worker = startWorker();
        expect(await used('website', 'serpapi', set)).toBe(`organization 1 ${ORG_KEY}`);
      },
      START_LIMIT_MS,
    );

    it(
      'knows who was given which version for which project, also what was handed out just before kill -9',
      async () => {
        const usesOf = async (integration: string): Promise<string[]> => {
          const { body } = await call(admin, 'GET', org(`/integrations/${integration}/key/usage`));
          const uses = body['uses'] as { worker: string; projectId: string; version: number }[];
          return uses.map((use) => `${use.worker} ${use.projectId} ${use.version}`).sort();
        };
        const all = ['worker mobile 1', 'worker mobile 2', 'worker website 1'];
        while ((await usesOf('openai')).length < all.length) await sleep(50);
        expect(await usesOf('openai')).toEqual(all);
      },
      START_LIMIT_MS,
    );

    it('printed no key on the way', () => {
      printed += keyward.output();
      expect(printed).not.toBe('');
      for (const key of [ORG_KEY, OTHER_ORG_KEY, PROJECT_KEY]) expect(printed).not.toContain(key);
    });
  });
}

/** What a worker would use, in one line. */
function shown(answer: Lookup): string {
  if (answer.outcome === 'not_configured') return answer.reason;
  const { source, version, secret } = answer.key;
  return `${source} ${version} ${secret.reveal()}`;
}
