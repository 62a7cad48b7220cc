import { KeywardError } from '@keyward/contracts';
import { orgKeyStream } from '@keyward/domain';
import { Secret } from '@keyward/sealing';
import { CommandBus } from '@nestjs/cqrs';
import { DisableOrgKeyCommand } from '../commands/disable-org-key/disable-org-key.command.js';
import { SetOrgKeyCommand } from '../commands/set-org-key/set-org-key.command.js';
import { ApiFixture } from '../testing/api-fixture.js';
import { LossyEventStore } from '../testing/lossy-event-store.js';
import type { WriteRequest } from './write-request.js';

const INTEGRATION = 'serpapi';

describe('writing to the log', () => {
  let events: LossyEventStore;
  let api: ApiFixture;
  /** A second process on the same log. */
  let other: ApiFixture;

  /** Each test has an organization of its own. */
  let organizations = 0;
  let organizationId: string;
  let stream: string;

  beforeAll(async () => {
    events = new LossyEventStore();
    api = await ApiFixture.start({ events });
    other = await ApiFixture.start({ events });
    await api.must('PUT /v1/rollout', { as: api.admin, body: { percentage: 100, include: [], exclude: [] } });
  }, 30_000);
  afterAll(async () => {
    await other.close();
    await api.close();
  });
  beforeEach(async () => {
    organizationId = `org-${++organizations}`;
    stream = orgKeyStream(organizationId, INTEGRATION);
    const body = { name: 'An organization', plan: 'enterprise' };
    await api.must(`PUT /v1/organizations/${organizationId}`, { as: api.admin, body });
  });

  describe('with many writers at once', () => {
    it('lets 200 writers of one slot all end, with versions without a gap', async () => {
      const answers = await Promise.all(
        Array.from({ length: 200 }, (_, n) => set(n % 2 === 0 ? api : other, `value number ${n}`)),
      );
      expect(answers.map(({ version }) => version).sort((a, b) => a - b)).toEqual(
        Array.from({ length: 200 }, (_, n) => n + 1),
      );
      expect(new Set(answers.map(({ keyId }) => keyId)).size).toBe(200);
      expect(await events.typesIn(stream)).toEqual(Array<string>(200).fill('OrgKeySet'));
      expect(await retries('conflict')).toBeGreaterThan(0);
    }, 30_000);

    it('lets exactly one of those win who all expect the same version', async () => {
      await set(api, 'the first value');
      const attempts = Array.from({ length: 20 }, (_, n) =>
        set(n % 2 === 0 ? api : other, `value number ${n}`, { expectedVersion: 1 }),
      );
      const outcomes = await Promise.allSettled(attempts);
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      expect(
        new Set(
          outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [codeOf(outcome.reason)] : [])),
        ),
      ).toEqual(new Set(['VERSION_CONFLICT']));
    });

    it('gives those who repeat one request at the same moment one event and one answer', async () => {
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, n) =>
          set(n % 2 === 0 ? api : other, 'the same value', { idempotencyKey: 'once' }),
        ),
      );
      expect(await events.typesIn(stream)).toEqual(['OrgKeySet']);
      expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    });

    it('takes another request under the same Idempotency-Key at the same moment for no repeat', async () => {
      const outcomes = await Promise.allSettled([
        set(api, 'one value', { idempotencyKey: 'twice' }),
        set(other, 'another value', { idempotencyKey: 'twice' }),
      ]);
      expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
      const refused = outcomes.find(({ status }) => status === 'rejected') as PromiseRejectedResult;
      expect(codeOf(refused.reason)).toBe('IDEMPOTENCY_KEY_REUSED');
      expect(await events.typesIn(stream)).toEqual(['OrgKeySet']);
    });
  });

  describe('when replies get lost', () => {
    it.each([
      ['with an Idempotency-Key', 'late'],
      ['without an Idempotency-Key', null],
    ])('writes once and answers as if nothing had happened, %s', async (_name, idempotencyKey) => {
      await set(api, 'there before');
      const before = await retries('unknown_outcome');
      events.repliesToLose = 3;
      const answer = await set(api, 'a value', { idempotencyKey });
      expect(events.repliesToLose).toBe(0);
      expect((await retries('unknown_outcome')) - before).toBe(3);
      expect(answer).toMatchObject({ version: 2, changed: true });
      expect(await events.typesIn(stream)).toEqual(['OrgKeySet', 'OrgKeySet']);
    });

    it('writes once when another writer came between the commit and the retry', async () => {
      await set(api, 'there before');
      events.repliesToLose = 1;
      const [answer] = await Promise.all([
        set(api, 'a value', { idempotencyKey: 'mine' }),
        set(other, 'the value of somebody else'),
      ]);
      expect((await events.typesIn(stream)).length).toBe(3);
      const repeated = await set(api, 'a value', { idempotencyKey: 'mine' });
      expect(repeated).toEqual(answer);
    });

    it('says that the outcome is unknown when it stays unknown, and a repeat takes effect once', async () => {
      events.repliesToLose = 9;
      const failure = await set(api, 'a value', { idempotencyKey: 'mine' }).catch((error: unknown) => error);
      expect(failure).toMatchObject({ code: 'UNAVAILABLE', retryAfterSeconds: 1 });
      const repeated = await set(api, 'a value', { idempotencyKey: 'mine' });
      expect(repeated).toMatchObject({ version: 1, created: true });
      expect(await events.typesIn(stream)).toEqual(['OrgKeySet']);
    }, 20_000);

    it('never says that nothing was written when the log went away after a reply was lost', async () => {
      await set(api, 'there before');
      events.repliesToLose = 1;
      events.refusalsAfterLoss = 8;
      const failure = await set(api, 'a value', { idempotencyKey: 'mine' }).catch((error: unknown) => error);
      events.refusalsAfterLoss = 0;
      expect(failure).toMatchObject({
        code: 'UNAVAILABLE',
        message: expect.stringContaining('did not say whether the write was recorded'),
      });
      expect(await set(api, 'a value', { idempotencyKey: 'mine' })).toMatchObject({ version: 2 });
      expect(await events.typesIn(stream)).toEqual(['OrgKeySet', 'OrgKeySet']);
    }, 20_000);

    it('asks for the same event when a request is repeated, whoever takes the repeat, and for another one otherwise', async () => {
      await set(api, 'there before');
      events.askedFor.length = 0;
      events.requestsToLose = 9;
      await expect(set(api, 'a value', { idempotencyKey: 'mine' })).rejects.toThrow();
      await set(other, 'a value', { idempotencyKey: 'mine' });
      expect(new Set(events.askedFor).size).toBe(1);
      await set(other, 'another value', { idempotencyKey: 'another' });
      expect(new Set(events.askedFor).size).toBe(2);
    }, 20_000);

    it('writes when the request itself was lost', async () => {
      await set(api, 'there before');
      events.requestsToLose = 2;
      await expect(set(api, 'a value')).resolves.toMatchObject({ version: 2 });
    });

    it('says that nothing was written when the log is away', async () => {
      await set(api, 'there before');
      events.refusals = 1;
      await expect(set(api, 'a value')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      expect(await events.typesIn(stream)).toEqual(['OrgKeySet']);
    });
  });

  describe('when asked again under an Idempotency-Key', () => {
    it('gives the first answer also when more came since than is kept in memory', async () => {
      await set(api, 'there before');
      const first = await set(api, 'a value', { idempotencyKey: 'first' });
      for (let n = 0; n < 250; n++) await set(api, `value number ${n}`, { idempotencyKey: `later-${n}` });
      const written = (await events.typesIn(stream)).length;
      for (const process of [api, other])
        expect(await set(process, 'a value', { idempotencyKey: 'first' })).toEqual(first);
      await expect(set(api, 'another value', { idempotencyKey: 'first' })).rejects.toMatchObject({
        code: 'IDEMPOTENCY_KEY_REUSED',
      });
      expect((await events.typesIn(stream)).length).toBe(written);
    }, 60_000);

    it('gives the first answer, long after the slot went on', async () => {
      const first = await set(api, 'A', { idempotencyKey: 'a' });
      await set(api, 'B');
      await expect(set(other, 'A', { idempotencyKey: 'a' })).resolves.toEqual(first);
      expect(await events.typesIn(stream)).toHaveLength(2);
    });

    it('remembers an answer that changed nothing, so that a late repeat does not undo what came between', async () => {
      await set(api, 'A');
      const noOp = await set(api, 'A', { idempotencyKey: 'again' });
      expect(noOp.changed).toBe(false);
      await set(api, 'B');
      await expect(set(other, 'A', { idempotencyKey: 'again' })).resolves.toEqual(noOp);
      expect(await events.typesIn(stream)).toHaveLength(2);
    });

    it("takes nobody else's request for a repeat", async () => {
      await set(api, 'A', { idempotencyKey: 'shared', actor: 'olivia' });
      await expect(set(api, 'B', { idempotencyKey: 'shared', actor: 'oscar' })).resolves.toMatchObject({
        version: 2,
      });
    });

    it('refuses another kind of request', async () => {
      await set(api, 'A', { idempotencyKey: 'k' });
      const toggle = new DisableOrgKeyCommand(
        { organizationId, integrationId: INTEGRATION },
        request({ idempotencyKey: 'k' }),
      );
      await expect(bus(api).execute(toggle)).rejects.toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' });
    });
  });

  it('leaves no fingerprint key and no sealed key behind when a first set is refused', async () => {
    const failed = set(api, 'a value', {}, 'nobody');
    await expect(failed).rejects.toMatchObject({ code: 'UNKNOWN_ORGANIZATION' });
    for await (const event of events.readAll()) expect(event.stream).not.toMatch(/nobody/);
  });

  /** How often an append was made again, on both processes together. */
  async function retries(reason: 'unknown_outcome' | 'conflict'): Promise<number> {
    const texts = await Promise.all([api, other].map(({ metrics }) => metrics.render()));
    const line = new RegExp(`^keyward_append_retries_total\\{reason="${reason}"\\} (\\d+)$`, 'm');
    return texts.reduce((sum, { body }) => sum + Number(line.exec(body)?.[1] ?? 0), 0);
  }

  async function set(
    on: ApiFixture,
    value: string,
    fields: Partial<WriteRequest> = {},
    organization = organizationId,
  ) {
    const slot = { organizationId: organization, integrationId: INTEGRATION };
    const key = { secret: Secret.fromUtf8(value), credentialKind: undefined };
    return bus(on).execute(new SetOrgKeyCommand(slot, key, request(fields)));
  }
});

function bus({ app }: ApiFixture): CommandBus {
  return app.get(CommandBus, { strict: false });
}

function request(fields: Partial<WriteRequest>): WriteRequest {
  return {
    actor: 'olivia',
    actorKind: 'organization_owner',
    reason: null,
    idempotencyKey: null,
    expectedVersion: null,
    ...fields,
  };
}

function codeOf(error: unknown): string | undefined {
  return error instanceof KeywardError ? error.code : undefined;
}
