import fc from 'fast-check';
import { setting } from './setting.js';
import { SettingsError } from './settings.errors.js';
import { defineSettings, describeSettings, loadSettings, mergeSettings } from './settings.js';

const definitions = defineSettings({
  KEYWARD_HTTP_PORT: setting.port({ default: 8080, doc: 'Port of the HTTP server.' }),
  KEYWARD_WAIT: setting.duration({ default: '2s', min: '10ms', max: '1m', doc: 'How long to wait.' }),
  KEYWARD_BODY_LIMIT: setting.bytes({ default: '64kb', doc: 'Largest body.' }),
  KEYWARD_STALE: setting.oneOf(['refuse', 'flag'], {
    default: 'refuse',
    doc: 'What to do with stale answers.',
  }),
  KEYWARD_STORE: setting.url({
    default: 'sqlite:./data/x.db',
    schemes: ['sqlite', 'https'],
    doc: 'The store.',
  }),
  KEYWARD_RETRIES: setting.integer({ default: 3, min: 1, max: 5, doc: 'Tries.' }),
  KEYWARD_DOCS: setting.boolean({ default: true, doc: 'Serve the docs.' }),
  KEYWARD_ISSUER: setting.string({
    optional: true,
    pattern: /^[a-z]+$/,
    rule: 'lower-case letters',
    doc: 'Who.',
  }),
  KEYWARD_MASTER: setting.string({
    optional: true,
    secret: true,
    pattern: /^m/,
    rule: 'a text with m',
    doc: 'Secret.',
  }),
});

function problemsOf(env: Record<string, string>): readonly { name: string; problem: string }[] {
  try {
    loadSettings(definitions, env);
  } catch (error) {
    if (error instanceof SettingsError) return error.problems;
    throw error;
  }
  return [];
}

describe('loadSettings', () => {
  it('gives every default, parsed, in a frozen object', () => {
    const settings = loadSettings(definitions, {});
    expect(settings).toEqual({
      KEYWARD_HTTP_PORT: 8080,
      KEYWARD_WAIT: 2000,
      KEYWARD_BODY_LIMIT: 65_536,
      KEYWARD_STALE: 'refuse',
      KEYWARD_STORE: 'sqlite:./data/x.db',
      KEYWARD_RETRIES: 3,
      KEYWARD_DOCS: true,
      KEYWARD_ISSUER: undefined,
      KEYWARD_MASTER: undefined,
    });
    expect(Object.isFrozen(settings)).toBe(true);
  });

  it('infers the type of each value', () => {
    const settings = loadSettings(definitions, {});
    const port: number = settings.KEYWARD_HTTP_PORT;
    const stale: 'refuse' | 'flag' = settings.KEYWARD_STALE;
    const issuer: string | undefined = settings.KEYWARD_ISSUER;
    // @ts-expect-error -- an optional setting may be missing
    const missing: string = settings.KEYWARD_ISSUER;
    expect([port, stale, issuer, missing]).toEqual([8080, 'refuse', undefined, undefined]);
  });

  it.each([
    ['KEYWARD_HTTP_PORT', '0', 0],
    ['KEYWARD_HTTP_PORT', ' 9000 ', 9000],
    ['KEYWARD_WAIT', '500ms', 500],
    ['KEYWARD_WAIT', '1m', 60_000],
    ['KEYWARD_BODY_LIMIT', '512', 512],
    ['KEYWARD_BODY_LIMIT', '2MB', 2 * 1024 * 1024],
    ['KEYWARD_STALE', 'flag', 'flag'],
    ['KEYWARD_STORE', 'https://example.org/x', 'https://example.org/x'],
    ['KEYWARD_STORE', 'https://u:p@a:1,b:2,[::1]:3/x', 'https://u:p@a:1,b:2,[::1]:3/x'],
    ['KEYWARD_DOCS', '0', false],
    ['KEYWARD_ISSUER', 'abc', 'abc'],
  ] as const)('reads %s=%j as %j', (name, text, value) => {
    expect(loadSettings(definitions, { [name]: text })[name]).toBe(value);
  });

  it('reads an empty variable as one that is not set', () => {
    expect(loadSettings(definitions, { KEYWARD_HTTP_PORT: '', KEYWARD_ISSUER: ' ' })).toEqual(
      loadSettings(definitions, {}),
    );
  });

  it.each([
    ['KEYWARD_HTTP_PORT', '65536'],
    ['KEYWARD_HTTP_PORT', '80.5'],
    ['KEYWARD_HTTP_PORT', '0x50'],
    ['KEYWARD_WAIT', '5ms'],
    ['KEYWARD_WAIT', '61s'],
    ['KEYWARD_WAIT', '2'],
    ['KEYWARD_WAIT', '2 weeks'],
    ['KEYWARD_BODY_LIMIT', '-1'],
    ['KEYWARD_BODY_LIMIT', '1tb'],
    ['KEYWARD_STALE', 'Refuse'],
    ['KEYWARD_STORE', 'redis://x'],
    ['KEYWARD_STORE', 'https://'],
    ['KEYWARD_STORE', 'https://a:x,b:2'],
    ['KEYWARD_STORE', 'nothing'],
    ['KEYWARD_RETRIES', '6'],
    ['KEYWARD_DOCS', 'yes'],
    ['KEYWARD_ISSUER', 'ABC'],
  ])('refuses %s=%j and names the rule', (name, text) => {
    const problems = problemsOf({ [name]: text });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toEqual({
      name,
      problem: expect.stringMatching(/^must be .+: correct it, or leave it out/) as string,
    });
  });

  it('lists all problems at once', () => {
    const problems = problemsOf({ KEYWARD_HTTP_PORT: 'x', KEYWARD_WAIT: 'x', KEYWARD_HTP_PORT: '1' });
    expect(problems.map(({ name }) => name)).toEqual([
      'KEYWARD_HTTP_PORT',
      'KEYWARD_WAIT',
      'KEYWARD_HTP_PORT',
    ]);
  });

  it('never prints a value, whatever it is', () => {
    const names = Object.keys(definitions) as (keyof typeof definitions)[];
    fc.assert(
      fc.property(fc.constantFrom(...names), fc.stringMatching(/^[!-~]{12,40}$/), (name, junk) => {
        const message = (() => {
          try {
            loadSettings(definitions, { [name]: `#${junk}#` });
            return '';
          } catch (error) {
            return String(error);
          }
        })();
        expect(message).not.toContain(junk);
      }),
    );
  });

  it('refuses a name that nobody reads, and suggests the one that was meant', () => {
    expect(problemsOf({ KEYWARD_HTTP_PROT: '1' })).toEqual([
      { name: 'KEYWARD_HTTP_PROT', problem: 'is not a setting: did you mean KEYWARD_HTTP_PORT?' },
    ]);
    expect(problemsOf({ KEYWARD_SOMETHING_ELSE_ENTIRELY: '1' })[0]?.problem).toContain('remove it');
  });

  it('leaves alone what the tests, the command line, Kubernetes and other programs set', () => {
    expect(
      problemsOf({
        KEYWARD_TEST_EVENTSTORE_URL: 'x',
        KEYWARD_TOKEN: 'x',
        KEYWARD_SERVICE_HOST: '10.0.0.1',
        KEYWARD_SERVICE_PORT_HTTP: '80',
        KEYWARD_PORT: 'tcp://10.0.0.1:80',
        KEYWARD_PORT_80_TCP: 'tcp://10.0.0.1:80',
        KEYWARD_PORT_80_TCP_ADDR: '10.0.0.1',
        PATH: '/bin',
      }),
    ).toEqual([]);
    expect(problemsOf({ KEYWARD_GRPC_PORT: '1' })).toHaveLength(1);
  });

  it('knows names that other apps read when told', () => {
    const env = { KEYWARD_OTHER: 'x' };
    expect(() => loadSettings(definitions, env)).toThrow(SettingsError);
    expect(() => loadSettings(definitions, env, { alsoKnown: ['KEYWARD_OTHER'] })).not.toThrow();
  });
});

describe('definitions', () => {
  it('refuse a default that breaks its own rule', () => {
    expect(() => setting.port({ default: 70_000, doc: 'x' })).toThrow();
    expect(() => setting.duration({ default: '1s', min: '2s', doc: 'x' })).toThrow();
  });

  it('refuse a name of another shape', () => {
    const doc = { default: 'x', doc: 'x' };
    expect(() => defineSettings({ KEYWARD_lower: setting.string(doc) })).toThrow('KEYWARD_lower');
  });

  it('are merged, but not when two parts mean different things by one name', () => {
    const other = { KEYWARD_MORE: setting.port({ default: 1, doc: 'x' }) };
    const merged = mergeSettings(definitions, other, definitions);
    expect(loadSettings(merged, {}).KEYWARD_MORE).toBe(1);
    expect(() => mergeSettings(other, { KEYWARD_MORE: setting.port({ default: 2, doc: 'x' }) })).toThrow(
      'KEYWARD_MORE',
    );
  });

  it('describe themselves, in order', () => {
    const rows = describeSettings(definitions);
    expect(rows.map(({ name }) => name)).toEqual(Object.keys(definitions));
    expect(rows[1]).toEqual({
      name: 'KEYWARD_WAIT',
      kind: 'duration',
      rule: 'a duration such as 500ms, 2s, 10m, 1h or 7d, at least 10ms, at most 1m',
      default: '2s',
      secret: false,
      doc: 'How long to wait.',
    });
    expect(rows.at(-1)).toMatchObject({ secret: true, default: undefined });
  });
});
