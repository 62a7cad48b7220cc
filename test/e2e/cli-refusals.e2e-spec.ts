import { existsSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { LocalIssuer } from '@keyward/access';
import { CommandLine, errorIn, start, type RunOptions } from '../support/command.js';
import { startKeyward, temporaryDataDir, type RunningKeyward } from '../support/standalone.js';

const CANARY = 'sk-canary-0123456789-0123456789-7f2c';

describe('What the keyward command refuses', () => {
  const data = temporaryDataDir();
  let keyward: RunningKeyward;
  let cli: CommandLine;

  beforeAll(async () => {
    keyward = await startKeyward(data.path);
    cli = new CommandLine(keyward.env);
    await cli.text('org put acme --name Acme --plan enterprise --idempotency-key once');
    await cli.text('org put free --name Free --plan free');
    await cli.text('project put acme website --name Website');
    await cli.text('rollout include acme free');
  }, 90_000);

  afterAll(async () => {
    await keyward.stop();
    data.dispose();
  });

  describe('an exit code', () => {
    it.each<[number, string, string, RunOptions]>([
      [2, 'USAGE', 'org put', {}],
      [2, 'USAGE', `key set acme openai ${CANARY}`, {}],
      [2, 'USAGE', 'key set acme openai', { input: '' }],
      [2, 'USAGE', 'key set acme openai', { input: '\n' }],
      [2, 'USAGE', 'key list acme --token-file /nowhere', {}],
      [2, 'INVALID_REQUEST', 'effective acme website openai --at yesterday', {}],
      [2, 'INVALID_REQUEST', 'watch acme --after yesterday', {}],
      [3, 'UNAUTHENTICATED', 'key list acme --data /nowhere', {}],
      [3, 'UNAUTHENTICATED', 'key list acme', { env: { KEYWARD_TOKEN: 'no-token' } }],
      [3, 'UNAUTHENTICATED', 'watch acme', { env: { KEYWARD_TOKEN: 'no-token' } }],
      [4, 'NOT_ENTITLED', 'key set free openai', { input: CANARY }],
      [4, 'FORBIDDEN', 'watch unknown', {}],
      [5, 'UNKNOWN_ORGANIZATION', 'project put unknown website --name W', {}],
      [5, 'UNKNOWN_PROJECT', 'key list acme --project unknown', {}],
      [5, 'UNKNOWN_INTEGRATION', 'key set acme unknown', { input: CANARY }],
      [5, 'KEY_NOT_SET', 'key disable acme slack', {}],
      [5, 'UNKNOWN_PROJECT', 'watch acme --project unknown', {}],
      [6, 'VERSION_CONFLICT', 'key set acme openai --if-match 7', { input: CANARY }],
      [6, 'IDEMPOTENCY_KEY_REUSED', 'org put acme --name Other --plan free --idempotency-key once', {}],
      [7, 'CREDENTIAL_KIND_NOT_SHAREABLE', 'key set acme gmail --kind oauth2', { input: CANARY }],
      [7, 'INVALID_KEY_FORMAT', 'key set acme openai', { input: `${CANARY}\n${CANARY}\n` }],
      [7, 'MASKED_VALUE', 'key set acme openai', { input: '••••••••7f2c' }],
      [9, 'UNREACHABLE', 'status --url http://127.0.0.1:1', {}],
      [9, 'UNREACHABLE', 'watch acme --grpc 127.0.0.1:1', {}],
    ])('is %i for %s: %s', async (code, kind, args, options) => {
      const ran = await cli.run(`${args} --json`, options);
      expect(errorIn(ran)).toMatchObject({
        code: kind,
        exitCode: code,
        detail: expect.stringMatching(/\.$/),
      });
      expect(ran).toMatchObject({ code, stdout: '' });
    });

    it('comes with a sentence for people, its kind, and what to do', async () => {
      const ran = await cli.run('key set acme openai --if-match 7', { input: CANARY });
      expect(ran).toMatchObject({ code: 6, stdout: '' });
      expect(ran.stderr.split('\n').slice(1)).toEqual([
        expect.stringMatching(/^keyward: If-Match does not hold: .* \(VERSION_CONFLICT\)$/),
        '  Look at what is there now, then repeat with that version as --if-match.',
        '',
      ]);
    });

    it('is 3 for a token that has expired', async () => {
      const made = (await cli.text('token --subject late --org acme=member --ttl 1s')).trim();
      const isRefused = async (): Promise<boolean> => {
        const headers = { authorization: `Bearer ${made}` };
        return (await fetch(`${keyward.httpUrl}/v1/integrations`, { headers })).status === 401;
      };
      while (!(await isRefused())) await new Promise((resolve) => setTimeout(resolve, 200));
      const ran = await cli.run('key list acme', { env: { KEYWARD_TOKEN: made } });
      expect(ran.code).toBe(3);
      expect(ran.stderr).toContain('expired');
    });

    it("is 3 for a token of another Keyward's data folder, and says which folder is needed", async () => {
      const other = temporaryDataDir();
      await LocalIssuer.open(other.path);
      const ran = await cli.run(`key list acme --data ${other.path}`);
      other.dispose();
      expect(ran.code).toBe(3);
      expect(ran.stderr).toContain('the data folder of this very Keyward with --data');
    });

    it('is 130 when Ctrl-C comes before the key', async () => {
      const waiting = cli.start('key set acme slack --json');
      waiting.child.stdin.write('sk-half-of-a-key');
      await waiting.says('No token given');
      waiting.child.kill('SIGINT');
      const ran = await waiting.ended();
      expect(ran).toMatchObject({ code: 130, stdout: '' });
      expect(errorIn(ran)).toMatchObject({ code: 'INTERRUPTED', exitCode: 130 });
    });

    describe('of what is not Keyward, or not willing', () => {
      let server: Server;
      let answer: { status: number; headers?: Record<string, string>; body: string };
      let url: string;

      beforeAll(async () => {
        server = createServer((_request, response) =>
          response.writeHead(answer.status, answer.headers).end(answer.body),
        );
        await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
        url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      });
      afterAll(() => server.close());

      const problem = (code: string) => JSON.stringify({ code, detail: `This is ${code}.` });

      it.each<[number, string, typeof answer]>([
        [8, 'RATE_LIMITED', { status: 429, headers: { 'retry-after': '3' }, body: problem('RATE_LIMITED') }],
        [9, 'STALE_READ_MODEL', { status: 503, body: problem('STALE_READ_MODEL') }],
        [9, 'UNEXPECTED_ANSWER', { status: 502, body: '<html>Bad gateway</html>' }],
        [1, 'UNEXPECTED_ANSWER', { status: 200, body: '<html>Welcome</html>' }],
        [1, 'UNEXPECTED_ANSWER', { status: 302, headers: { location: 'http://127.0.0.1:1' }, body: '' }],
        [1, 'INTERNAL', { status: 500, body: problem('INTERNAL') }],
      ])('is %i for %s', async (code, kind, given) => {
        answer = given;
        const ran = await cli.run(`key set acme openai --url ${url} --json`, { input: CANARY });
        expect(errorIn(ran)).toMatchObject({ code: kind, exitCode: code });
        expect(ran.code).toBe(code);
      });

      it('is 9 for a Keyward that is not ready, with what is missing', async () => {
        const parts = [{ part: 'projector', ok: false, required: true, problem: 'it catches up' }];
        answer = { status: 503, body: JSON.stringify({ ok: false, parts }) };
        const ran = await cli.run(`status --url ${url}`);
        expect(ran.code).toBe(9);
        expect(ran.stdout).toMatch(/^projector +missing +it catches up$/m);
        expect(ran.stderr).toContain('Keyward is not ready: projector is missing.');
      });

      it('and a secret that comes back is not printed', async () => {
        answer = {
          status: 422,
          body: JSON.stringify({ code: 'INVALID_KEY_FORMAT', detail: `No: ${CANARY}` }),
        };
        const ran = await cli.run(`key set acme openai --url ${url}`, { input: CANARY });
        expect(ran.stderr).toContain('No: [secret]');
      });
    });
  });

  // `script` of util-linux is what makes a terminal here; that of other systems has other options.
  const onTerminal = process.platform === 'linux' && existsSync('/usr/bin/script') ? describe : describe.skip;
  onTerminal('on a terminal', () => {
    const terminal = (command: string, env = {}) =>
      start('/usr/bin/script', ['-qec', `"${process.execPath}" bin/keyward.mjs ${command}`, '/dev/null'], {
        ...cli.env,
        ...env,
      });

    it('asks for the key and shows nothing of it', async () => {
      const asking = terminal('key set acme cohere');
      await asking.says('The key of acme for cohere (hidden):');
      asking.child.stdin.write(`${CANARY}\r`);
      const { code, stdout } = await asking.ended();
      expect(code).toBe(0);
      expect(stdout).toContain('Set the key of acme for cohere: ••••••••7f2c, version 1.');
      expect(stdout).not.toContain('canary');
    });

    it.each([
      ['Ctrl-C', '\u0003'],
      ['Ctrl-D', '\u0004'],
    ])('lets one leave the prompt with %s', async (_what, key) => {
      const asking = terminal('key set acme cohere');
      await asking.says('(hidden):');
      asking.child.stdin.write(key);
      const { code, stdout } = await asking.ended();
      expect(code).toBe(130);
      expect(stdout).toContain('Interrupted. (INTERRUPTED)');
    });

    it('paints, unless NO_COLOR is set', async () => {
      const painted = terminal('status');
      expect((await painted.ended()).stdout).toContain('is \u001b[32mready\u001b[39m.');
      const plain = terminal('status', { NO_COLOR: '1' });
      expect((await plain.ended()).stdout).not.toContain('\u001b[');
    });
  });

  it('never printed a key, nor did Keyward', () => {
    expect(cli.printed()).toContain('UNKNOWN_INTEGRATION');
    expect(cli.printed()).not.toContain('canary');
    expect(keyward.output()).not.toContain('canary');
  });
});
