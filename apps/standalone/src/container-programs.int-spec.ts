import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../../../deploy/docker/', import.meta.url));

/** Exit code and all that was printed. */
function run(program: string, argument: string): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [join(folder, program), argument], (error, stdout, stderr) =>
      resolve({ code: Number(error?.code ?? 0), output: stdout + stderr }),
    );
  });
}

describe.each([
  ['make-kek.mjs', 'must have the form'],
  ['make-audit-key.mjs', 'is not a private Ed25519 key in PEM'],
])('%s', (program, refusal) => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'keyward-kek-'));
  });
  afterEach(() => rm(directory, { recursive: true }));

  it('makes a key that only its owner may read, prints none of it, and never replaces it', async () => {
    const file = join(directory, 'key');
    expect(await run(program, file)).toEqual({ code: 0, output: '' });
    const made = await readFile(file, 'utf8');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await run(program, file)).toEqual({ code: 0, output: '' });
    expect(await readFile(file, 'utf8')).toBe(made);
  });

  it('refuses a file that is none, and leaves it as it is', async () => {
    const file = join(directory, 'key');
    await writeFile(file, '{}', { mode: 0o600 });
    const { code, output } = await run(program, file);
    expect([code, output]).toEqual([1, expect.stringContaining(`${file} ${refusal}`)]);
    expect(output).not.toContain('    at ');
    expect(await readFile(file, 'utf8')).toBe('{}');
  });
});

describe('healthcheck.mjs', () => {
  it.each([
    [200, 0],
    [503, 1],
  ])('turns the answer %i into the exit code %i, and shows the report', async (status, code) => {
    const asked: string[] = [];
    const server = createServer(({ url = '' }, response) => {
      asked.push(url);
      response.writeHead(status).end('{"parts":[]}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    expect(await run('healthcheck.mjs', String(port))).toEqual({ code, output: '{"parts":[]}\n' });
    expect(asked).toEqual(['/health/ready']);
    server.close();
    // Nobody listens there any more.
    const { code: gone, output } = await run('healthcheck.mjs', String(port));
    expect([gone, output]).toEqual([1, expect.stringContaining('does not answer (ECONNREFUSED)')]);
  });
});
