import { randomUUID } from 'node:crypto';
import { organizationStream, projectStream } from '@keyward/domain';
import { Refusals } from '@keyward/refusals';
import { LookupFixture, refusalOf } from './testing/lookup-fixture.js';

const addressOf = (projectId: string, organizationId = 'acme') => ({
  organizationId,
  projectId,
  integrationId: 'openai',
});

describe('A lookup that policy refuses', () => {
  let fixture: LookupFixture;
  beforeEach(async () => {
    fixture = await LookupFixture.start();
    const { records } = fixture;
    await fixture.write(
      records.organization('acme'),
      records.project('acme', 'website'),
      records.project('acme', 'old', 'archived'),
    );
    for (const stream of [
      organizationStream('acme'),
      ...['website', 'old'].map((id) => projectStream('acme', id)),
    ])
      await record(stream);
  });
  afterEach(() => fixture.close());

  const record = (stream: string) => {
    const event = { id: randomUUID(), type: 'Registered', data: {}, metadata: {} };
    return fixture.events.append({ stream, expectedRevision: 'any', events: [event] });
  };
  const recorded = async () => {
    await fixture.app.get(Refusals).flush();
    const found: object[] = [];
    for await (const { stream, data } of fixture.events.readAll())
      if (stream.startsWith('refusals-')) found.push(data);
    return found;
  };

  it('is recorded as of the worker and the project, however it was asked for', async () => {
    const token = await fixture.token('acme', ['mobile'], 'worker-7');
    for (let n = 0; n < 3; n++) await refusalOf(fixture.lookup(addressOf('website'), { token }));
    await refusalOf(fixture.batchLookup([addressOf('mobile'), addressOf('old')], { token }));
    const common = { actor: 'worker-7', actorKind: 'worker', integrationId: 'openai', code: 'FORBIDDEN' };
    expect(await recorded()).toEqual([
      expect.objectContaining({ ...common, operation: 'lookup', projectId: 'website', count: 3 }),
      expect.objectContaining({ ...common, operation: 'batchLookup', projectId: 'old', count: 1 }),
    ]);
  });

  it('is recorded when the project was taken away from it by archiving', async () => {
    await refusalOf(fixture.lookup(addressOf('old')));
    await refusalOf(fixture.lookup(addressOf('mistyped')));
    expect(await recorded()).toEqual([
      expect.objectContaining({ projectId: 'old', code: 'UNKNOWN_PROJECT' }),
    ]);
  });

  it('is none of the organization’s when it is a stranger’s, and when there is no such organization', async () => {
    const globex = await fixture.token('globex');
    const nowhere = await fixture.token('nowhere');
    await refusalOf(fixture.lookup(addressOf('website'), { token: globex }));
    await refusalOf(fixture.lookup(addressOf('website', 'nowhere'), { token: nowhere }));
    expect(await recorded()).toEqual([]);
  });
});
