import fc from 'fast-check';
import { ApiFixture, type Answer } from '../../testing/api-fixture.js';

const ORG = '/v1/organizations/acme';
const PROJECTS = ['website', 'mobile'];
const slotOf = (place: string) =>
  place === 'organization'
    ? `${ORG}/integrations/serpapi/key`
    : `${ORG}/projects/${place}/integrations/serpapi/key`;

interface Command {
  readonly target: string;
  readonly body?: object;
  readonly byAdmin?: true;
}

const project = fc.constantFrom(...PROJECTS);
const place = fc.constantFrom('organization', ...PROJECTS);
const command: fc.Arbitrary<Command> = fc.oneof(
  fc.tuple(place, fc.constantFrom('a', 'b', 'c')).map(([where, letter]) => ({
    target: `PUT ${slotOf(where)}`,
    body: { secret: letter.repeat(40) },
  })),
  place.map((where) => ({ target: `DELETE ${slotOf(where)}` })),
  fc.constantFrom('disable', 'enable').map((verb) => ({ target: `POST ${slotOf('organization')}/${verb}` })),
  project.map((id) => ({ target: `PUT ${ORG}/projects/${id}`, body: { name: id }, byAdmin: true as const })),
  project.map((id) => ({ target: `DELETE ${ORG}/projects/${id}`, byAdmin: true as const })),
);

describe('Which key a project uses', () => {
  let api: ApiFixture;
  beforeAll(async () => {
    api = await ApiFixture.start();
  }, 30_000);
  afterAll(() => api.close());

  const run = ({ target, body, byAdmin }: Command): Promise<Answer> =>
    api.call(target, { as: byAdmin ? api.admin : api.owner, ...(body && { body }) });

  /** All of each answer but what it is as of; of a refusal its code, for it says in words of which moment it is. */
  const answers = (query: string): Promise<unknown[]> =>
    Promise.all(
      PROJECTS.map(async (id) => {
        const path = `${ORG}/projects/${id}/integrations/serpapi/effective-key`;
        const { status, body } = await api.call(`GET ${path}?${query}`);
        return status === 200 ? { ...body, position: null } : body.code;
      }),
    );

  it('as of every position that was ever handed out is what was answered then', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(command, { minLength: 1, maxLength: 15 }), async (commands) => {
        await api.withAcme();
        const story: { position: string; then: unknown[] }[] = [];
        for (const each of commands) {
          const { status, body } = await run(each);
          if (status < 300 && body.changed)
            story.push({ position: body.position, then: await answers('fully_consistent=true') });
        }
        for (const { position, then } of story) expect(await answers(`at=${position}`)).toEqual(then);
      }),
      { numRuns: 30 },
    );
  });
});
