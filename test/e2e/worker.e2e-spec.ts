import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startApp } from '../support/built-program.js';
import { startKeyward, temporaryDataDir, token } from '../support/standalone.js';

const LIMIT_MS = 120_000;

describe('The reference worker as a process', () => {
  it.each([
    ['without a token', {}, 'Set KEYWARD_TOKEN or KEYWARD_TOKEN_FILE'],
    ['with a misspelt setting', { KEYWARD_WORKER_KYES: 'a/b' }, 'did you mean KEYWARD_WORKER_KEYS?'],
    [
      'with keys of another form',
      { KEYWARD_WORKER_KEYS: 'website' },
      'KEYWARD_WORKER_KEYS must be project/integration',
    ],
    [
      'without TLS to another machine',
      { KEYWARD_TOKEN: 'a.b.c', KEYWARD_GRPC: 'keyward.example.com:443' },
      'KEYWARD_GRPC is on another machine: write it as https://host:port',
    ],
  ])('does not start %s, and says what to do', async (_, env, sentence) => {
    const worker = startApp('worker', env);
    expect(await worker.exit).toBe(1);
    expect(worker.stderr()).toContain(sentence);
    expect(worker.stderr()).not.toMatch(/\n\s+at /);
  });

  it(
    'reads its token file again when the token is refused, and ends in order on SIGTERM',
    async () => {
      const data = temporaryDataDir();
      const keyward = await startKeyward(data.path);
      const platform = token(data.path, '--subject', 'root', '--platform-admin');
      const put = (path: string, body: object) =>
        fetch(`${keyward.httpUrl}/v1${path}`, {
          method: 'PUT',
          headers: { authorization: `Bearer ${platform}`, 'content-type': 'application/json' },
          body: JSON.stringify(body),
        });
      await put('/organizations/acme', { name: 'Acme', plan: 'enterprise' });
      await put('/organizations/acme/projects/website', { name: 'Website' });
      const file = join(data.path, 'token');
      writeFileSync(file, 'not.a.token');
      const worker = startApp('worker', {
        KEYWARD_GRPC: keyward.grpcTarget,
        KEYWARD_TOKEN_FILE: file,
        KEYWARD_WORKER_KEYS: 'website/openai',
      });
      await worker.prints(/"event":"refused".*UNAUTHENTICATED/);
      writeFileSync(file, token(data.path, '--subject', 'worker-1', '--worker', 'acme'));
      await worker.prints(/"event":"not_configured".*"reason":"not_set"/);
      worker.signal('SIGTERM');
      expect(await worker.exit).toBe(0);
      const lines = worker
        .stdout()
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as { event: string });
      expect(lines[0]).toMatchObject({ event: 'started', organization: 'acme' });
      expect(lines.at(-1)).toMatchObject({ event: 'stopped' });
      await keyward.stop();
      data.dispose();
    },
    LIMIT_MS,
  );
});
