import { failureOf } from '../testing/fake-environment.js';
import {
  countReader,
  durationReader,
  idListReader,
  idReader,
  idempotencyKeyReader,
  oneOfReader,
  percentageReader,
  subjectReader,
  versionReader,
} from './arguments.js';

describe('The arguments', () => {
  it.each<[string, (text: string) => unknown, readonly [string, unknown][]]>([
    [
      'an id',
      idReader('<org>'),
      [
        ['acme', 'acme'],
        ['A.b-c_9', 'A.b-c_9'],
        ['a'.repeat(64), 'a'.repeat(64)],
      ],
    ],
    ['one of several words', oneOfReader('--plan', ['free', 'team']), [['team', 'team']]],
    [
      'a version',
      versionReader('--if-match'),
      [
        ['0', 0],
        ['12', 12],
      ],
    ],
    [
      'a count',
      countReader('--limit', 500),
      [
        ['1', 1],
        ['500', 500],
      ],
    ],
    [
      'a percentage',
      percentageReader('--percentage'),
      [
        ['0', 0],
        ['100', 100],
        ['12.5', 12.5],
        ['0.25', 0.25],
      ],
    ],
    ['an idempotency key', idempotencyKeyReader('--idempotency-key'), [['run-1!', 'run-1!']]],
    [
      'a duration',
      durationReader('--ttl'),
      [
        ['90s', 90],
        ['1h', 3_600],
        ['7d', 604_800],
        ['1500ms', 1],
      ],
    ],
    [
      'a subject',
      subjectReader('--subject'),
      [
        ['alice', 'alice'],
        ['Ann Lee <ann@acme.example>', 'Ann Lee <ann@acme.example>'],
      ],
    ],
  ])('read %s', (_what, read, examples) => {
    for (const [text, value] of examples) expect(read(text)).toEqual(value);
  });

  it.each<[string, (text: string) => unknown, string, readonly string[]]>([
    ['a count', countReader('--limit', 500), '--limit', ['', '0', '501', '-1', '1.5', '01', '1e2', 'all']],
    ['an id', idReader('<org>'), '<org>', ['', ' acme', 'a/b', 'a~b', '../x', '-a', 'é', 'a'.repeat(65)]],
    [
      'one of several words',
      oneOfReader('--plan', ['free', 'team']),
      '--plan',
      ['', 'Free', 'gold', 'toString'],
    ],
    [
      'a version',
      versionReader('--if-match'),
      '--if-match',
      ['', '-1', '1.5', '01', '"1"', '1e3', '9'.repeat(16)],
    ],
    [
      'a percentage',
      percentageReader('--percentage'),
      '--percentage',
      ['', '-1', '100.01', '101', '5%', '0.125', 'NaN'],
    ],
    [
      'an idempotency key',
      idempotencyKeyReader('--idempotency-key'),
      '--idempotency-key',
      ['', 'a b', 'é', 'a\n', 'a'.repeat(129)],
    ],
    ['a duration', durationReader('--ttl'), '--ttl', ['', '3', '0s', '500ms', '367d', '-1h', 'forever']],
    [
      'a subject',
      subjectReader('--subject'),
      '--subject',
      ['', '  ', 'a\nb', 'a\u0000', 'a\u2028b', 'a'.repeat(257)],
    ],
  ])('refuse what is not %s, name it, and do not repeat it', async (_what, read, name, wrong) => {
    for (const text of [...wrong, 'sk-canary\n0123']) {
      const { message, code, exitCode } = await failureOf(() => read(text));
      expect({ code, exitCode }).toEqual({ code: 'USAGE', exitCode: 2 });
      expect(message).toMatch(new RegExp(`^${name} must be `));
      expect(message).not.toContain('canary');
    }
  });

  it('read lists of ids with commas between, and add what is given again', () => {
    const read = idListReader('--include');
    expect(read('acme, globex', undefined)).toEqual(['acme', 'globex']);
    expect(read('initech', ['acme'])).toEqual(['acme', 'initech']);
    expect(read('', undefined)).toEqual([]);
  });

  it('refuse a list with one wrong id', async () => {
    const { message } = await failureOf(() => idListReader('--include')('acme,b~d', undefined));
    expect(message).toContain('Each id of --include');
  });
});
