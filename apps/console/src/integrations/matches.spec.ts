import { matches } from './matches.js';

const openai = { name: 'OpenAI', vendor: 'OpenAI, L.P.', state: 'enabled' } as const;

describe('A search for integrations', () => {
  it.each(['', 'open', 'OPENAI', 'l.p.', ' on  open'])('finds by %p', (search) => {
    expect(matches(openai, search)).toBe(true);
  });

  it.each(['serp', 'open serp', 'not set'])('does not find by %p', (search) => {
    expect(matches(openai, search)).toBe(false);
  });
});
