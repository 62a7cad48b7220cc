import { isId } from '../ids.js';
import { CATALOGUE, CATALOGUE_BY_CATEGORY, findIntegration } from './catalogue.js';
import { CREDENTIAL_KINDS, isShareable, type CredentialKind } from './credential-kind.js';
import { integration, type Integration, type KeyFormat } from './integration.js';

const entries = [...CATALOGUE.values()];
const listed = [...CATALOGUE_BY_CATEGORY.values()].flat();
const withFormat = entries.filter(
  (entry): entry is Integration & { keyFormat: KeyFormat } => !!entry.keyFormat,
);
const without = (kind: CredentialKind) => entries.filter((entry) => !entry.credentialKinds.includes(kind));
const kindsOf = (id: string) => findIntegration(id)?.credentialKinds;

/** Put together at run time and plainly made up, so that no secret scanner takes one for a leak. */
const fake = (...parts: string[]) => parts.join('');

/** Of the shape that the vendor publishes. */
const EXAMPLES: Readonly<Record<string, readonly string[]>> = {
  anthropic: [
    fake('sk-', 'ant-', 'api03-', 'x'.repeat(93), 'AA'),
    fake('sk-', 'ant-', 'admin01-', 'x_-'.repeat(31)),
  ],
  clickup: [fake('pk', '_', '12345678', '_', 'X'.repeat(32))],
  github: [
    fake('gh', 'p_', 'x'.repeat(36)),
    fake('github', '_pat_', 'x'.repeat(22), '_', 'x'.repeat(59)),
    'ab'.repeat(20),
  ],
  huggingface: [fake('h', 'f_', 'x'.repeat(34))],
  replicate: [fake('r', '8_', 'x'.repeat(37))],
  sendgrid: [fake('S', 'G.', 'x'.repeat(22), '.', '-_'.repeat(21), 'x')],
  slack: [
    fake('xo', 'xb-', '1'.repeat(12), '-', '1'.repeat(13), '-', 'x'.repeat(24)),
    fake('xo', 'xe.xo', 'xb-1-', 'x'.repeat(160)),
    fake('xa', 'pp-1-', 'A'.repeat(11), '-', '1'.repeat(13), '-', 'f'.repeat(64)),
  ],
  stripe: [
    fake('sk', '_live_', 'x'.repeat(99)),
    fake('sk', '_test_', 'x'.repeat(24)),
    fake('rk', '_live_', 'x'.repeat(99)),
    fake('sk', '_org_live_', 'x'.repeat(80)),
  ],
  supabase: [
    fake('sb', '_secret_', 'x'.repeat(31)),
    fake('ey', 'J', 'x'.repeat(33), '.', 'x'.repeat(180), '.', 'x'.repeat(43)),
  ],
  tavily: [fake('tv', 'ly-', 'dev-', 'x'.repeat(32))],
  telegram: [fake('1234567890', ':', 'AA', 'x_-'.repeat(11))],
};

const accepts = (entry: Integration, key: string) => new RegExp(entry.keyFormat?.pattern ?? '').test(key);

describe('the catalogue', () => {
  it('offers at least fifty integrations', () => {
    expect(entries.length).toBeGreaterThanOrEqual(50);
  });

  it('lists each id once, whatever its case', () => {
    expect(new Set(listed.map(({ id }) => id.toLowerCase())).size).toBe(listed.length);
  });

  it.each(listed)('describes $id completely', (entry) => {
    expect(isId(entry.id)).toBe(true);
    expect(entry.name).toMatch(/^\S(.*\S)?$/);
    expect(entry.vendor).toMatch(/^\S(.*\S)?$/);
    expect(findIntegration(entry.id)).toBe(entry);
    if (entry.note !== undefined) expect(entry.note).toMatch(/^[A-Z].*\.$/);
  });

  it.each(listed)('names the credential kinds of $id in one order, with a source for each', (entry) => {
    expect(entry.credentialKinds.length).toBeGreaterThan(0);
    expect(entry.credentialKinds).toEqual(CREDENTIAL_KINDS.filter((kind) => entry.credentialSources[kind]));
    expect(Object.keys(entry.credentialSources).sort()).toEqual([...entry.credentialKinds].sort());
  });

  it.each(listed)('links $id to pages over https only', (entry) => {
    const links = [entry.documentationUrl, ...Object.values(entry.credentialSources)];
    if (entry.keyFormat) links.push(entry.keyFormat.source);
    for (const link of links)
      expect(new URL(link)).toMatchObject({ protocol: 'https:', username: '', port: '' });
  });

  it('has integrations that take no API key, some of them only a personal grant', () => {
    expect(without('api_key').length).toBeGreaterThanOrEqual(6);
    expect(
      without('api_key').filter((entry) => !entry.credentialKinds.some(isShareable)).length,
    ).toBeGreaterThan(0);
  });

  it('knows the several kinds of one vendor apart', () => {
    expect(kindsOf('gmail')).toEqual(['oauth2', 'service_account']);
    expect(kindsOf('google-sheets')).toEqual(['oauth2', 'service_account']);
    expect(kindsOf('google-gemini')).toEqual(['api_key', 'oauth2']);
    expect(kindsOf('youtube')).toEqual(['api_key', 'oauth2']);
    expect(kindsOf('slack')).toEqual(['api_key', 'oauth2']);
    expect(kindsOf('hubspot')).toEqual(['api_key', 'oauth2']);
    expect(kindsOf('github')).toEqual(['api_key', 'oauth2', 'service_account']);
    expect(kindsOf('dropbox')).toEqual(['oauth2']);
    expect(kindsOf('openai')).toEqual(['api_key']);
  });

  it.each(['', 'OpenAI', 'no-such-integration', '__proto__', 'constructor'])(
    'finds nothing under "%s"',
    (id) => {
      expect(findIntegration(id)).toBeUndefined();
    },
  );

  it('cannot be altered', () => {
    const entry = findIntegration('anthropic') as unknown as {
      name: string;
      credentialKinds: CredentialKind[];
    };
    expect(() => (entry.name = 'other')).toThrow(TypeError);
    expect(() => entry.credentialKinds.push('oauth2')).toThrow(TypeError);
  });

  it('refuses an entry without a credential kind', () => {
    expect(() => integration({ id: 'a', name: 'A', vendor: 'A', credentials: {} })).toThrow(
      '"a" states no credential kind',
    );
  });
});

describe('a credential kind', () => {
  it('is shareable unless it is the grant of one person', () => {
    expect(CREDENTIAL_KINDS.filter(isShareable)).toEqual(['api_key', 'service_account']);
  });
});

describe('a key format', () => {
  it('is stated only for integrations with API keys, and never where the vendor publishes none', () => {
    expect(withFormat.filter((entry) => !entry.credentialKinds.includes('api_key'))).toEqual([]);
    for (const id of ['openai', 'serpapi', 'notion', 'gitlab', 'firecrawl']) {
      expect(findIntegration(id)).not.toHaveProperty('keyFormat');
    }
  });

  it.each(withFormat)('of $id is anchored and takes linear time', ({ keyFormat }) => {
    expect(isAnchored(keyFormat.pattern)).toBe(true);
    expect(superlinearParts(keyFormat.pattern)).toEqual([]);
  });

  it.each([
    '^(?:a+)+$',
    '^(?:a|aa){2,9}$',
    '^a*a*$',
    '^a+$',
    '^(a)\\1$',
    '^[a-z]{1,}$',
    '^[a-z]{1,9}[a-z]{1,9}$',
  ])('such as %s would be found out', (pattern) => expect(superlinearParts(pattern)).not.toEqual([]));

  it.each(['a$', '^a', '^a|b$', '^(?:a)|(?:b)$', '^a\\$'])('such as %s would be found loose', (pattern) =>
    expect(isAnchored(pattern)).toBe(false),
  );

  it.each(withFormat)('of $id says in words what the key must be', ({ keyFormat }) => {
    expect(`The key must ${keyFormat.description}.`).toMatch(/^The key must (begin|be|end) .*[^.]\.$/);
  });

  it.each(withFormat)('of $id accepts keys of the published shape', (entry) => {
    const examples = EXAMPLES[entry.id] ?? [];
    expect(examples.length).toBeGreaterThan(0);
    expect(examples.filter((key) => !accepts(entry, key))).toEqual([]);
  });

  it.each(withFormat)('of $id refuses the keys of every other vendor', (entry) => {
    const others = Object.entries(EXAMPLES).filter(([id]) => id !== entry.id);
    expect(others.flatMap(([, keys]) => keys).filter((key) => accepts(entry, key))).toEqual([]);
  });

  it.each(withFormat)('of $id refuses a key with anything around it', (entry) => {
    for (const key of EXAMPLES[entry.id] ?? []) {
      for (const around of [` ${key}`, `${key} `, `${key}\n`, `"${key}"`, `Bearer ${key}`, `${key}\u0000`]) {
        expect(accepts(entry, around)).toBe(false);
      }
    }
  });

  it.each([
    [
      'slack',
      'a user token, which acts for one member',
      fake('xo', 'xp-', '1'.repeat(12), '-', 'x'.repeat(32)),
    ],
    ['stripe', 'a publishable key', fake('pk', '_live_', 'x'.repeat(24))],
    ['github', 'an OAuth access token', fake('gh', 'o_', 'x'.repeat(36))],
    ['anthropic', 'a key of another vendor with a like beginning', fake('sk', '-proj-', 'x'.repeat(40))],
    ['telegram', 'a token without the number of the bot', fake('AA', 'x'.repeat(33))],
  ])('of %s refuses %s', (id, _what, key) => {
    expect(accepts(findIntegration(id) as Integration, key)).toBe(false);
  });
});

/** With classes and escapes reduced to one letter, so that what is left is structure. */
function skeleton(pattern: string): string {
  return pattern
    .replace(/\\[1-9]/g, '<backreference>')
    .replace(/\\./g, 'x')
    .replace(/\[[^\]]*\]/g, 'x');
}

function isAnchored(pattern: string): boolean {
  const body = skeleton(pattern);
  let depth = 0;
  for (const character of body) {
    if (character === '(') depth += 1;
    if (character === ')') depth -= 1;
    if (character === '|' && depth === 0) return false;
  }
  return body.startsWith('^') && body.endsWith('$');
}

/** What could make matching slower than linear: repeated groups, unbounded or neighbouring repetitions, backreferences. */
function superlinearParts(pattern: string): string[] {
  return skeleton(pattern).match(/\)[*+{]|[*+]|\{\d+,\}|\},?x\{\d+,\d+\}|<backreference>/g) ?? [];
}
