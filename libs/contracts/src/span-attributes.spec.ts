import { readFileSync } from 'node:fs';
import { SPAN_ATTRIBUTES } from './span-attributes.js';

describe('what a span may say', () => {
  it('is described, all of it and nothing else, in docs/operations.md', () => {
    const page = readFileSync(new URL('../../../docs/operations.md', import.meta.url), 'utf8');
    const [, table = ''] = /\n\| attribute .*\n((?:\|.*\n)+)/.exec(page) ?? [];
    const described = [...table.matchAll(/`([a-z_.]+)`/g)].map(([, name]) => name);
    expect(described.sort()).toEqual(Object.keys(SPAN_ATTRIBUTES).sort());
  });

  it.each(Object.entries(SPAN_ATTRIBUTES))(
    'has a shape that no sentence, e-mail or address has: %s',
    (_, shape) => {
      for (const text of ['two words', 'alice@example.com', 'line\nbreak', '/v1/x?secret=1', 'x'.repeat(300)])
        expect(shape.test(text)).toBe(false);
    },
  );
});
