import { readFileSync } from 'node:fs';
import { start, type Ran } from '../support/command.js';
import { startKeyward, temporaryDataDir, type RunningKeyward } from '../support/standalone.js';

/** The shell blocks of the README's tour, as somebody would paste them. */
function shellBlocks(): string[] {
  const readme = readFileSync('README.md', 'utf8');
  const tour = /^## Five minutes\n(.*?)^## /ms.exec(readme)?.[1] ?? '';
  return [...tour.matchAll(/^```sh\n(.*?)^```/gms)].map(([, block]) => block!);
}

/** From the comment to the next one. */
function step(block: string, comment: string): string {
  const found = block.split(/^(?=# )/m).find((part) => part.startsWith(`# ${comment}`));
  if (found === undefined) throw new Error(`The README's tour has no step "# ${comment}"`);
  return found;
}

describe("The README's tour, pasted", () => {
  const data = temporaryDataDir();
  const [commandLine = '', http = '', worker = '', ...more] = shellBlocks();
  let keyward: RunningKeyward;

  beforeAll(async () => {
    keyward = await startKeyward(data.path);
  }, 90_000);

  afterAll(async () => {
    await keyward.stop();
    data.dispose();
  });

  /** Two addresses and a folder are in the README literally; here others are free. All else is run as it stands. */
  const paste = (script: string): Promise<Ran> => {
    const here = script
      .replaceAll('http://127.0.0.1:8080', keyward.httpUrl)
      .replaceAll('127.0.0.1:50051', keyward.grpcTarget)
      .replaceAll('/tmp/', `${data.path}/`);
    // npx keeps its cache in the home folder.
    const running = start('bash', ['-e', '-o', 'pipefail', '-c', here], { ...keyward.env, HOME: data.path });
    running.child.stdin.end();
    return running.ended();
  };

  it('has three blocks: the command line, HTTP, a worker', () => {
    expect(more).toEqual([]);
    expect(commandLine).toContain('npx keyward org put');
    expect(http).toContain('curl ');
    expect(worker).toContain('createKeywardClient');
  });

  it.each<[string, (RegExp | string)[]]>([
    [
      'An organization on the Enterprise plan',
      [
        'Organization acme (Acme) is on the enterprise plan.',
        /^include +acme$/,
        'Project acme/website (Website) is registered.',
        'Project acme/mobile (Mobile) is registered.',
      ],
    ],
    ["The organization's key", ['Set the key of acme for openai: ••••••••7f2c, version 1.']],
    [
      'Both projects use it now',
      [
        /^acme\/website uses the organization's key for openai: ••••••••7f2c, version 1/,
        /^acme\/mobile uses the organization's key for openai: ••••••••7f2c, version 1/,
      ],
    ],
    [
      'One project overrides it',
      [
        'Set the key of acme/website for openai: ••••••••a1b2, version 1.',
        /^acme\/website uses its own key for openai: ••••••••a1b2, version 1/,
      ],
    ],
    [
      "Back to the organization's key",
      [
        'Removed the key of acme/website for openai (version 1).',
        'Switched off the key of acme for openai (version 1).',
        "acme/website has no key for openai: the organization's is switched off.",
        'Switched on the key of acme for openai (version 1).',
      ],
    ],
    [
      'Whom the key reaches',
      [/^website +Website +organization +••••••••7f2c/, / set .* first set-up$/, / enabled /],
    ],
    [
      'All of it in a file that proves itself',
      [/^Exported \d+ events of acme to /, 'Every event is as Keyward signed it.'],
    ],
  ])('goes well: %s', async (comment, expected) => {
    const { code, stdout, stderr } = await paste(step(commandLine, comment));
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.not.stringMatching(/error|warn/i) });
    const lines = stdout.split('\n');
    for (const line of expected) {
      const isIt = (text: string) => (typeof line === 'string' ? text === line : line.test(text));
      const at = lines.findIndex(isIt);
      if (at < 0) throw new Error(`Not found, in this order: ${String(line)}\n${stdout}`);
      lines.splice(0, at + 1);
    }
  });

  it('ends with a refusal that is meant: a personal grant cannot be shared', async () => {
    const { code, stdout, stderr } = await paste(step(commandLine, 'What an OAuth integration answers'));
    expect({ code, stdout }).toEqual({ code: 7, stdout: '' });
    expect(stderr).toContain('(CREDENTIAL_KIND_NOT_SHAREABLE)');
  });

  it('has no other step', () => {
    expect(commandLine.match(/^# /gm)).toHaveLength(8);
  });

  it('sets a key over HTTP', async () => {
    const { code, stdout } = await paste(http);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ version: 1, mask: '••••••••9d3e', changed: true });
  });

  it('lets a worker see the key', async () => {
    const { code, stdout, stderr } = await paste(worker);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toBe('found organization version 1 serp-0123456789-0123456789-9d3e\n');
  });

  it('goes well a second time, as somebody will paste it again', async () => {
    const again = commandLine.slice(0, commandLine.indexOf('# Both projects'));
    const { code, stdout } = await paste(`${again}\n${http}`);
    expect(code).toBe(0);
    expect(stdout).toContain('Nothing changed');
    // Many commands, each with npx before it.
  }, 180_000);
});
