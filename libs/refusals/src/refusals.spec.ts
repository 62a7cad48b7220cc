import { projectPath, type Principal } from '@keyward/access';
import { organizationStream, projectStream } from '@keyward/domain';
import {
  EventStoreError,
  MemoryEventStore,
  type RecordedEvent,
  type StreamAppend,
} from '@keyward/event-store';
import { Metrics, Supervisor, SystemClock } from '@keyward/runtime';
import { Logger } from '@nestjs/common';
import { Refusals, type Refusal } from './refusals.js';

const CANARY = 'sk-canary-0123456789-0123456789-7f2c';

const BOB: Principal = {
  subject: 'bob',
  platformAdmin: false,
  organizations: new Map([['acme', 'member']]),
  projects: new Map(),
  worker: null,
  expiresAt: new Date('2100-01-01T00:00:00Z'),
};

const REFUSED: Refusal = {
  principal: BOB,
  operation: 'setProjectKey',
  target: { organizationId: 'acme', projectId: 'website', integrationId: 'openai' },
  code: 'FORBIDDEN',
};

/** A log that can be away, or keep what it was sent and say nothing of it. */
class TroubledEventStore extends MemoryEventStore {
  trouble: 'UNAVAILABLE' | 'UNKNOWN_OUTCOME' | undefined;

  override async append(append: StreamAppend) {
    if (this.trouble === 'UNAVAILABLE') throw new EventStoreError('UNAVAILABLE', 'away');
    const result = await super.append(append);
    if (this.trouble === 'UNKNOWN_OUTCOME') throw new EventStoreError('UNKNOWN_OUTCOME', 'no answer');
    return result;
  }
}

describe('Refusals by policy', () => {
  let events: TroubledEventStore;
  let metrics: Metrics;
  let refusals: Refusals;
  const supervisors: Supervisor[] = [];

  beforeAll(() => Logger.overrideLogger(false));
  beforeEach(async () => {
    events = new TroubledEventStore();
    metrics = new Metrics(false);
    refusals = make(3_600_000);
    await record(organizationStream('acme'));
    await record(projectStream('acme', 'website'));
  });
  afterEach(() => Promise.all(supervisors.splice(0).map((each) => each.stop())));

  const make = (windowMs: number): Refusals => {
    const supervisor = new Supervisor();
    supervisors.push(supervisor);
    return new Refusals({ events, clock: new SystemClock(), metrics, supervisor, windowMs });
  };
  const record = (stream: string) => {
    const event = { id: crypto.randomUUID(), type: 'Registered', data: {}, metadata: {} };
    return events.append({ stream, expectedRevision: 'any', events: [event] });
  };
  const all = async (): Promise<RecordedEvent[]> => {
    const found: RecordedEvent[] = [];
    for await (const event of events.readAll()) if (event.stream.startsWith('refusals-')) found.push(event);
    return found;
  };
  const recorded = async () => {
    await refusals.flush();
    return (await all()).map(({ data }) => data);
  };
  const droppedTotal = async (): Promise<number> => {
    const { body } = await metrics.render();
    return Number(/^keyward_refusals_dropped_total (\d+)$/m.exec(body)?.[1]);
  };

  it('say who was refused what, and how often', async () => {
    for (let n = 0; n < 3; n++) refusals.note(REFUSED);
    await refusals.flush();
    expect(await all()).toEqual([
      expect.objectContaining({
        stream: 'refusals-acme',
        type: 'RequestRefused',
        metadata: { schemaVersion: 1 },
        data: {
          organizationId: 'acme',
          actor: 'bob',
          actorKind: 'organization_member',
          projectId: 'website',
          integrationId: 'openai',
          operation: 'setProjectKey',
          code: 'FORBIDDEN',
          count: 3,
          firstAt: expect.any(String) as string,
          occurredAt: expect.any(String) as string,
          reason: null,
          idempotencyKey: null,
          requestDigest: null,
        },
      }),
    ]);
  });

  it.each(['FORBIDDEN', 'NOT_ENTITLED', 'NOT_ROLLED_OUT', 'CREDENTIAL_KIND_NOT_SHAREABLE'] as const)(
    'are those with the code %s',
    async (code) => {
      refusals.note({ ...REFUSED, code });
      expect(await recorded()).toEqual([expect.objectContaining({ code })]);
    },
  );

  it.each([
    ...(['INVALID_REQUEST', 'INVALID_KEY_FORMAT', 'MASKED_VALUE', 'RATE_LIMITED', 'UNAVAILABLE'] as const),
    ...([
      'UNKNOWN_ORGANIZATION',
      'UNKNOWN_INTEGRATION',
      'KEY_NOT_SET',
      'VERSION_CONFLICT',
      'INTERNAL',
    ] as const),
  ])('are not those with the code %s', async (code) => {
    refusals.note({ ...REFUSED, code });
    expect(await recorded()).toEqual([]);
  });

  it('are of an archived project too, and not of one that never was', async () => {
    const worker = { ...BOB, organizations: new Map(), worker: { organizationId: 'acme', projectIds: null } };
    for (const projectId of ['website', 'mistyped'])
      refusals.note({
        principal: worker,
        operation: 'lookup',
        target: { organizationId: 'acme', projectId },
        code: 'UNKNOWN_PROJECT',
      });
    expect(await recorded()).toEqual([
      expect.objectContaining({ actorKind: 'worker', projectId: 'website', code: 'UNKNOWN_PROJECT' }),
    ]);
  });

  it.each<[string, Partial<Principal>]>([
    ['a stranger', { organizations: new Map() }],
    ['somebody of another organization', { organizations: new Map([['globex', 'owner']]) }],
    [
      'somebody of a project of another',
      { organizations: new Map(), projects: new Map([[projectPath('globex', 'website'), 'admin']]) },
    ],
    ['a platform administrator', { organizations: new Map(), platformAdmin: true }],
  ])('of %s are nobody’s business to keep', async (_who, grants) => {
    refusals.note({ ...REFUSED, principal: { ...BOB, ...grants } });
    expect(await recorded()).toEqual([]);
  });

  it('of an organization that was never registered are forgotten', async () => {
    const principal = { ...BOB, organizations: new Map([['nowhere', 'owner' as const]]) };
    refusals.note({ ...REFUSED, principal, target: { organizationId: 'nowhere' } });
    expect(await recorded()).toEqual([]);
    expect(await droppedTotal()).toBe(0);
  });

  it('keep no name that is none: a key may have been typed there', async () => {
    for (const name of [CANARY, 'not an id', 'x'.repeat(1_000), 'mistyped'])
      refusals.note({ ...REFUSED, target: { organizationId: 'acme', projectId: name, integrationId: name } });
    const kept = await recorded();
    expect(kept).toEqual([expect.objectContaining({ projectId: null, integrationId: null, count: 4 })]);
    expect(JSON.stringify(kept)).not.toContain('canary');
  });

  it('are written when the window is over, by itself', async () => {
    refusals = make(1);
    refusals.onApplicationBootstrap();
    refusals.note(REFUSED);
    while ((await all()).length === 0) await new Promise((resolve) => setImmediate(resolve));
    await refusals.onApplicationShutdown();
  });

  it('are written at an orderly stop', async () => {
    refusals.onApplicationBootstrap();
    refusals.note(REFUSED);
    await refusals.onApplicationShutdown();
    expect(await all()).toHaveLength(1);
    expect(await droppedTotal()).toBe(0);
  });

  it('wait for a log that is away, counted on', async () => {
    events.trouble = 'UNAVAILABLE';
    refusals.note(REFUSED);
    await expect(refusals.flush()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    for (let n = 0; n < 1_000; n++) refusals.note(REFUSED);
    await expect(refusals.flush()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    events.trouble = undefined;
    const counts = (await recorded()).map(({ count }) => Number(count));
    expect(counts).toEqual([1, 1_000]);
  });

  it('are there once when the log did not say that it had them', async () => {
    events.trouble = 'UNKNOWN_OUTCOME';
    refusals.note(REFUSED);
    await expect(refusals.flush()).rejects.toMatchObject({ code: 'UNKNOWN_OUTCOME' });
    expect(await all()).toHaveLength(1);
    events.trouble = undefined;
    expect(await recorded()).toHaveLength(1);
  });

  it('that could not be written at the stop are counted as dropped', async () => {
    refusals.onApplicationBootstrap();
    events.trouble = 'UNAVAILABLE';
    for (let n = 0; n < 5; n++) refusals.note(REFUSED);
    await refusals.onApplicationShutdown();
    expect(await droppedTotal()).toBe(5);
  });
});
