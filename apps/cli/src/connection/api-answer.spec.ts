import { readAnswer, refusalIn } from './api-answer.js';

const none = new Headers();

describe('An answer', () => {
  it('is the JSON object that came', async () => {
    expect(await readAnswer(new Response('{"version":1}'))).toEqual({ version: 1 });
  });

  it.each(['', 'null', '[1]', '"text"', '<html>', '{"a":'])('is none when it is %j', async (body) => {
    expect(await readAnswer(new Response(body))).toBeUndefined();
  });
});

describe('A refusal in an answer', () => {
  const problem = { code: 'RATE_LIMITED', detail: 'Too many requests.' };

  it('has what the problem says', () => {
    const answer = {
      ...problem,
      violations: [{ field: 'secret', rule: 'is too short' }],
      context: { organizationId: 'acme' },
    };
    expect(refusalIn(answer, new Headers({ 'retry-after': '7' }))).toEqual({
      ...problem,
      violations: [{ field: 'secret', rule: 'is too short' }],
      context: { organizationId: 'acme' },
      retryAfterSeconds: 7,
    });
  });

  it('leaves out what has another shape than it should', () => {
    const answer = {
      ...problem,
      violations: [null, 'x', { field: 1, rule: 'a' }],
      context: { a: 1, b: 'c' },
    };
    expect(refusalIn(answer, new Headers({ 'retry-after': 'soon' }))).toEqual({
      ...problem,
      violations: [],
      context: { b: 'c' },
      retryAfterSeconds: undefined,
    });
  });

  it.each([
    ['no object', undefined],
    ['an answer', { version: 1 }],
    ["somebody else's problem", { title: 'Bad Gateway', status: 502 }],
    ['a code in another style', { code: 'bad gateway', detail: 'x' }],
  ])('is none in %s', (_what, answer) => {
    expect(refusalIn(answer, none)).toBeUndefined();
  });
});
