import type { CatalogueItem } from '../api/queries.js';
import { problemOf } from './key-problem.js';

const plain = { vendor: 'SerpApi' } as CatalogueItem;
const formatted = {
  vendor: 'Anthropic',
  keyFormat: { pattern: '^sk-ant-[a-z]{3,}$', description: 'begin with "sk-ant-"', source: '' },
} as CatalogueItem;

describe('A key that is entered', () => {
  it.each([
    ['nothing', '', plain, 'Paste the key.'],
    ['a mask', '••••••••7f2c', plain, 'This is what is shown in place of a key. Paste the key itself.'],
    [
      'a mask of stars',
      '********7f2c',
      plain,
      'This is what is shown in place of a key. Paste the key itself.',
    ],
    ['two words', 'key: abc', plain, 'There is white space in it'],
    [
      'a key of somebody else',
      'sk-abc',
      formatted,
      'Keys of Anthropic begin with "sk-ant-". This one does not.',
    ],
  ])('is not sent when it is %s', (_what, secret, integration, sentence) => {
    expect(problemOf(secret, integration, 'api_key')).toContain(sentence);
  });

  it.each([
    ['as it is', 'abc', plain, 'api_key'],
    ['of the format', 'sk-ant-abc', formatted, 'api_key'],
    ['with a line feed that was copied with it', 'sk-ant-abc\n', formatted, 'api_key'],
    [
      'of another kind, to which the format does not apply',
      '{"type": "service_account"}',
      formatted,
      'service_account',
    ],
  ])('is sent %s', (_what, secret, integration, kind) => {
    expect(problemOf(secret, integration, kind)).toBeNull();
  });
});
