import fc from 'fast-check';
import { MOST_OF_ALL, MOST_OF_AN_ORGANIZATION, MOST_ORGANIZATIONS, RefusalWindow } from './refusal-window.js';
import type { Counted, RefusedRequest } from './tally.js';

const request = (actor: string, more: Partial<RefusedRequest> = {}): RefusedRequest => ({
  actor,
  actorKind: 'organization_member',
  projectId: null,
  integrationId: 'openai',
  operation: 'setOrgKey',
  code: 'FORBIDDEN',
  ...more,
});
const at = (second: number) => new Date(Date.UTC(2026, 2, 1, 12, 0, second));
const sumOf = (all: Iterable<readonly Counted[]>) =>
  [...all].flat().reduce((sum, { count }) => sum + count, 0);

describe('A window of refusals', () => {
  it('counts together what is the same, with the first and the last time', () => {
    const window = new RefusalWindow();
    for (const second of [1, 2, 5]) window.note('acme', request('bob'), at(second));
    window.note('acme', request('eve'), at(3));
    window.note('acme', request('bob', { code: 'NOT_ENTITLED' }), at(4));
    window.note('globex', request('bob'), at(4));
    expect([...window.take()]).toEqual([
      [
        'acme',
        [
          { request: request('bob'), count: 3, first: at(1), last: at(5) },
          { request: request('eve'), count: 1, first: at(3), last: at(3) },
          { request: request('bob', { code: 'NOT_ENTITLED' }), count: 1, first: at(4), last: at(4) },
        ],
      ],
      ['globex', [{ request: request('bob'), count: 1, first: at(4), last: at(4) }]],
    ]);
  });

  it('begins anew when it was taken', () => {
    const window = new RefusalWindow();
    window.note('acme', request('bob'), at(1));
    window.take();
    expect(window.take().size).toBe(0);
  });

  it('tells a limited number apart in one organization, and says how many others there were', () => {
    const window = new RefusalWindow();
    for (let n = 0; n < MOST_OF_AN_ORGANIZATION + 20; n++)
      window.note('acme', request(`bob-${n}`), at(n % 60));
    window.note('acme', request('bob-0'), at(59));
    window.note('globex', request('alice'), at(0));
    const [acme, globex] = [...window.take().values()];
    expect(acme).toHaveLength(MOST_OF_AN_ORGANIZATION + 1);
    expect(acme![0]).toMatchObject({ request: { actor: 'bob-0' }, count: 2 });
    expect(acme!.at(-1)).toMatchObject({
      request: { actor: 'keyward', operation: null, code: null, projectId: null, integrationId: null },
      count: 20,
    });
    expect(globex).toHaveLength(1);
  });

  it('has a limit for all organizations together', () => {
    const window = new RefusalWindow();
    const each = Math.ceil(MOST_OF_ALL / MOST_OF_AN_ORGANIZATION) + 1;
    for (let org = 0; org < each; org++)
      for (let n = 0; n < MOST_OF_AN_ORGANIZATION; n++) window.note(`org-${org}`, request(`bob-${n}`), at(0));
    const taken = [...window.take().values()];
    expect(taken.flat().length).toBeLessThanOrEqual(MOST_OF_ALL + each);
    expect(sumOf(taken)).toBe(each * MOST_OF_AN_ORGANIZATION);
  });

  it('takes no more than so many organizations, and says so', () => {
    const window = new RefusalWindow();
    const noted = Array.from({ length: MOST_ORGANIZATIONS + 1 }, (_, n) =>
      window.note(`org-${n}`, request('bob'), at(0)),
    );
    expect(noted.indexOf(false)).toBe(MOST_ORGANIZATIONS);
    expect(window.note('org-0', request('eve'), at(0))).toBe(true);
  });

  it('loses none, whoever asks for what in whatever order', () => {
    const note = fc.record({
      organization: fc.constantFrom('acme', 'globex'),
      actor: fc.nat(120).map((n) => `bob-${n}`),
      code: fc.constantFrom('FORBIDDEN', 'NOT_ENTITLED'),
      second: fc.nat(59),
    });
    fc.assert(
      fc.property(fc.array(note, { maxLength: 400 }), (notes) => {
        const window = new RefusalWindow();
        for (const { organization, actor, code, second } of notes)
          expect(window.note(organization, request(actor, { code }), at(second))).toBe(true);
        const taken = window.take();
        expect(sumOf(taken.values())).toBe(notes.length);
        for (const counted of taken.values()) {
          expect(counted.length).toBeLessThanOrEqual(MOST_OF_AN_ORGANIZATION + 1);
          for (const { first, last } of counted) expect(first <= last).toBe(true);
        }
      }),
    );
  });
});
