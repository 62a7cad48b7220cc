import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sampleEvents, sampleExport } from '@keyward/audit/testing';
import { ApiClient } from '../connection/api-client.js';
import { EXIT } from '../errors/exit-codes.js';
import { downloadExport } from '../export/download-export.js';
import { PartFile } from '../export/part-file.js';
import { runCli } from '../run-cli.js';
import { RecordedOutput, fakeEnvironment } from '../testing/fake-environment.js';

const EVENTS = 200;

/** How a request is answered: with all that is wanted, with so many bytes of it and then a broken or a closed connection, or not. */
type Behaviour =
  'whole' | { broken: number } | { ended: number } | { refused: number; code: string } | 'silent';

const hashOf = (line: string) => createHash('sha256').update('\0').update(line).digest('hex');
const isEvent = (line: string): boolean => line.startsWith('{"event"');

describe('keyward export', () => {
  let folder: string;
  let server: Server;
  let url: string;
  let lines: readonly string[];
  let text: string;
  let behaviours: Behaviour[];
  let asked: string[];
  const out = () => join(folder, 'acme.ndjson');

  beforeAll(async () => {
    ({ lines, text } = await sampleExport({ events: sampleEvents(EVENTS), headEvery: 30 }));
  });
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'keyward-export-'));
    [behaviours, asked] = [[], []];
    server = createServer((request, response) => void serve(request, response));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(async () => {
    server.closeAllConnections();
    server.close();
    await rm(folder, { recursive: true });
  });

  function serve({ url: path = '' }: IncomingMessage, response: ServerResponse): void {
    asked.push(path);
    const behaviour = behaviours.shift() ?? 'whole';
    if (behaviour === 'silent') return;
    if (typeof behaviour === 'object' && 'refused' in behaviour) return refuse(response, behaviour);
    const rest = linesAfter(new URL(path, url).searchParams);
    response.writeHead(200, { 'keyward-export-events': String(rest.filter(isEvent).length) });
    const wanted = rest.map((line) => `${line}\n`).join('');
    if (behaviour === 'whole') response.end(wanted);
    else if ('ended' in behaviour) response.end(wanted.slice(0, behaviour.ended));
    else response.write(wanted.slice(0, behaviour.broken), () => setImmediate(() => response.destroy()));
  }

  function refuse(response: ServerResponse, { refused, code }: { refused: number; code: string }): void {
    response.writeHead(refused, { 'content-type': 'application/problem+json' });
    response.end(JSON.stringify({ code, detail: 'Not now.', status: refused }));
  }

  function linesAfter(query: URLSearchParams): readonly string[] {
    const after = query.get('after');
    if (after === null) return lines;
    const at = lines.findIndex((line) => isEvent(line) && line.includes(`"index":${after},`));
    if (hashOf(lines[at]!) !== query.get('after_hash')) throw new Error('another hash');
    return lines.slice(at + 1);
  }

  async function run(args: readonly string[] = [], parts: Parameters<typeof fakeEnvironment>[0] = {}) {
    const env = { KEYWARD_URL: url, KEYWARD_TOKEN: 'token' };
    const environment = fakeEnvironment({ env, ...parts });
    const argv = ['export', '--org', 'acme', '--out', out(), ...args];
    const exitCode = await runCli(argv, environment);
    return { exitCode, stdout: environment.stdout.text, stderr: environment.stderr.text };
  }
  const written = () => readFileSync(out(), 'utf8');

  it('writes what comes, and gives the file its name when it is whole', async () => {
    expect(await run(['--json'])).toMatchObject({ exitCode: EXIT.ok, stderr: '' });
    expect(written()).toBe(text);
    expect(existsSync(`${out()}.part`)).toBe(false);
    expect(asked).toEqual(['/v1/organizations/acme/audit/export?format=ndjson']);
  });

  it.each<[string, Behaviour[]]>([
    ['breaks', [{ broken: 20_000 }]],
    ['breaks again and again', [{ broken: 5_000 }, { broken: 9_001 }, { broken: 3 }, { broken: 40_000 }]],
    ['ends as if all were there', [{ ended: 30_000 }, { ended: 10 }]],
    ['is answered late in between', [{ broken: 9_000 }, { refused: 503, code: 'UNAVAILABLE' }]],
    ['is limited in between', [{ broken: 9_000 }, { refused: 429, code: 'RATE_LIMITED' }]],
  ])('goes on when the connection %s, and ends in the same bytes', async (_what, faults) => {
    behaviours = [...faults];
    expect((await run()).exitCode).toBe(EXIT.ok);
    expect(written()).toBe(text);
    expect(asked).toHaveLength(faults.length + 1);
  });

  it('goes on with what an earlier run has left, whatever its end', async () => {
    for (const cut of [0, 10, 1_000, 50_000, text.length - 100, text.length - 1, text.length]) {
      writeFileSync(`${out()}.part`, text.slice(0, cut));
      expect((await run()).exitCode).toBe(EXIT.ok);
      expect(written()).toBe(text);
      await rm(out());
    }
  });

  it('does not try for ever, and keeps what is there', async () => {
    behaviours = [{ broken: 9_000 }, ...Array<Behaviour>(20).fill({ broken: 1 })];
    const interrupted = new AbortController().signal;
    const file = await PartFile.open(out(), 'ndjson');
    const downloading = downloadExport(file, {
      api: () => Promise.resolve(new ApiClient({ url, token: 'token', interrupted })),
      path: ['v1', 'organizations', 'acme', 'audit', 'export'],
      query: {},
      interrupted,
      onEvents: () => undefined,
      firstWaitMs: 0,
    });
    await expect(downloading).rejects.toMatchObject({ exitCode: EXIT.unavailable });
    await file.close();
    expect(asked.length).toBeLessThan(12);
    behaviours = [];
    expect((await run()).exitCode).toBe(EXIT.ok);
    expect(written()).toBe(text);
  });

  it.each<[string, Behaviour, number]>([
    ['when it is not allowed', { refused: 403, code: 'FORBIDDEN' }, EXIT.forbidden],
    ['when Keyward is not ready', { refused: 503, code: 'UNAVAILABLE' }, EXIT.unavailable],
    ['when the log was altered', { refused: 409, code: 'AUDIT_LOG_ALTERED' }, EXIT.unexpected],
  ])('ends at once %s', async (_what, behaviour, exitCode) => {
    behaviours = [behaviour];
    const ran = await run();
    expect([ran.exitCode === EXIT.ok, asked.length]).toEqual([false, 1]);
    if (exitCode !== EXIT.unexpected) expect(ran.exitCode).toBe(exitCode);
    expect(existsSync(out())).toBe(false);
  });

  it('ends at once where there is no Keyward', async () => {
    const env = { KEYWARD_URL: 'http://127.0.0.1:1', KEYWARD_TOKEN: 'token' };
    expect((await run([], { env })).exitCode).toBe(EXIT.unavailable);
  });

  it('keeps what is there when it is interrupted', async () => {
    const interrupt = new AbortController();
    behaviours = [{ broken: 30_000 }, 'silent'];
    const running = run([], { interrupted: interrupt.signal });
    while (asked.length < 2) await new Promise((resolve) => setImmediate(resolve));
    interrupt.abort();
    const ran = await running;
    expect(ran.exitCode).toBe(EXIT.interrupted);
    expect(ran.stderr).toContain('Run the same command again');
    const part = readFileSync(`${out()}.part`, 'utf8');
    expect(part.length).toBeGreaterThan(20_000);
    expect(text.startsWith(part)).toBe(true);
    expect(part.endsWith('\n')).toBe(true);
  });

  it('shows on a terminal how far it is, and takes that away; to programs nothing', async () => {
    const stderr = new RecordedOutput(true, 80);
    await run([], { stderr });
    const cleared = '\r\u001b[K';
    expect(stderr.text.startsWith(`${cleared}[`) && stderr.text.endsWith(cleared)).toBe(true);
    expect(stderr.text).toMatch(/\[=+ *\] \d+ % {2}\d+ of 200 events/);
    await rm(out());
    const quiet = new RecordedOutput(true, 80);
    await run(['--json'], { stderr: quiet });
    expect(quiet.text).toBe('');
  });

  it('leaves a file alone that is there already, and says of a folder that it is none', async () => {
    writeFileSync(out(), 'precious');
    expect((await run()).exitCode).toBe(EXIT.usage);
    expect(written()).toBe('precious');
    const nowhere = await run(['--out', join(folder, 'no', 'where')]);
    expect(nowhere.stderr).toContain('The file of --out cannot be written (ENOENT)');
    expect(asked).toEqual([]);
  });
});
