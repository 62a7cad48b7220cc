import { status } from '@grpc/grpc-js';
import type { LookupResponse__Output } from '@keyward/contracts';
import { LeasedCache } from '../cache/leased-cache.js';
import { KeywardClientError, KeywardUnavailableError } from '../client.errors.js';
import { ManualClock } from '../testing/manual-clock.js';
import { LookupEngine } from './lookup-engine.js';
import type { Answers, LookupTransport, Question } from './lookup-transport.port.js';

const WEB = { projectId: 'web', integrationId: 'openai' };
const APP = { projectId: 'app', integrationId: 'openai' };

interface Asked {
  readonly question: Question;
  answer(position: string): void;
  fail(error: unknown): void;
}

function answerAt(position: string, keyId = 'key'): LookupResponse__Output {
  return {
    outcome: 'key',
    position,
    key: {
      secret: Buffer.from('x'),
      source: 'SOURCE_PROJECT',
      version: 1,
      keyId,
      fingerprint: 'f',
      setAt: null,
      lease: { seconds: '30', nanos: 0 },
    },
  };
}

function setUp() {
  const clock = new ManualClock();
  const cache = new LeasedCache({ maxEntries: 100, now: () => clock.monotonicMs() });
  const asked: Asked[] = [];
  const transport: LookupTransport = {
    ask: (question) =>
      new Promise<Answers>((resolve, reject) => {
        const answer = (position: string): void =>
          resolve({ responses: question.addresses.map(() => answerAt(position)), stale: false });
        asked.push({ question, answer, fail: reject });
      }),
  };
  const engine = new LookupEngine({
    cache,
    transport,
    clock,
    deadlineMs: 2_000,
    maxLeaseMs: Infinity,
    notConfiguredMs: 1_000,
    wallMs: () => clock.monotonicMs(),
    soon: setImmediate,
  });
  return { clock, cache, engine, asked };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function refusal(grpcStatus: number, metadata: Record<string, string> = {}): KeywardClientError {
  return new KeywardClientError('REFUSED', 'Refused.', { grpcStatus, metadata });
}

describe('LookupEngine', () => {
  it('puts the lookups of one turn into one call and asks once for an address', async () => {
    const { engine, asked } = setUp();
    const answers = Promise.all([engine.lookup(WEB), engine.lookup(APP), engine.lookup({ ...WEB })]);
    await turn();
    expect(asked.map(({ question }) => question.addresses)).toEqual([[WEB, APP]]);
    asked[0]!.answer('p1');
    expect((await answers).map(({ position }) => position)).toEqual(['p1', 'p1', 'p1']);
  });

  it('joins a lookup that is on its way already', async () => {
    const { engine, asked } = setUp();
    const first = engine.lookup(WEB);
    await turn();
    const second = engine.lookup(WEB);
    await turn();
    expect(asked).toHaveLength(1);
    asked[0]!.answer('p1');
    expect(await second).toBe(await first);
  });

  it('never joins a fully consistent lookup that was sent before', async () => {
    const { engine, asked } = setUp();
    const consistency = { kind: 'fully_consistent' } as const;
    void engine.lookup(WEB, consistency);
    await turn();
    void engine.lookup(WEB, consistency);
    await turn();
    expect(asked).toHaveLength(2);
  });

  it('asks for no more than 500 addresses in one call', async () => {
    const { engine, asked } = setUp();
    for (let i = 0; i < 1_001; i += 1) void engine.lookup({ projectId: `p${i}`, integrationId: 'openai' });
    await turn();
    expect(asked.map(({ question }) => question.addresses.length)).toEqual([500, 500, 1]);
  });

  it('asks again, at least as fresh, when a change comes before the answer', async () => {
    const { engine, cache, asked } = setUp();
    const answer = engine.lookup(WEB);
    await turn();
    cache.changed({ ...WEB, position: 'changed' });
    asked[0]!.answer('before');
    await turn();
    await turn();
    expect(asked[1]!.question.consistency).toEqual({
      kind: 'at_least_as_fresh',
      position: 'changed',
      withinBound: true,
    });
    asked[1]!.answer('after');
    expect((await answer).position).toBe('after');
    expect(cache.held('web', 'openai')?.value?.position).toBe('after');
  });

  it('does not let one who asks after a change join a lookup from before it', async () => {
    const { engine, cache, asked } = setUp();
    void engine.lookup(WEB);
    await turn();
    cache.changed({ ...WEB, position: 'changed' });
    void engine.lookup(WEB);
    await turn();
    // And it is held to the staleness bound as before the change: its caller named no position.
    expect(asked[1]!.question.consistency).toEqual({
      kind: 'at_least_as_fresh',
      position: 'changed',
      withinBound: true,
    });
  });

  it('asks for the head of the log when two positions matter that cannot be compared', async () => {
    const { engine, cache, asked } = setUp();
    cache.changed({ ...WEB, position: 'changed' });
    void engine.lookup(WEB, { kind: 'at_least_as_fresh', position: 'written' });
    void engine.lookup(APP, { kind: 'at_least_as_fresh', position: 'written' });
    await turn();
    expect(asked.map(({ question }) => question.consistency)).toEqual([
      { kind: 'fully_consistent' },
      { kind: 'at_least_as_fresh', position: 'written' },
    ]);
  });

  it('keeps the answer of the surer lookup, whichever comes first', async () => {
    const { engine, cache, asked } = setUp();
    const quick = engine.lookup(WEB);
    const sure = engine.lookup(WEB, { kind: 'fully_consistent' });
    await turn();
    asked[1]!.answer('new');
    expect((await sure).position).toBe('new');
    asked[0]!.answer('old');
    await turn();
    await turn();
    expect(asked[2]!.question.consistency).toMatchObject({ kind: 'at_least_as_fresh', position: 'new' });
    asked[2]!.answer('new');
    expect((await quick).position).toBe('new');
    expect(cache.held('web', 'openai')?.value?.position).toBe('new');
  });

  it('answers from the cache when the position asked for is the one it holds', async () => {
    const { engine, cache, asked } = setUp();
    cache.changed({ ...WEB, position: 'changed' });
    const first = engine.lookup(WEB);
    await turn();
    asked[0]!.answer('later');
    await first;
    const again = await Promise.all([
      engine.lookup(WEB, { kind: 'at_least_as_fresh', position: 'changed' }),
      engine.lookup(WEB, { kind: 'at_least_as_fresh', position: 'later' }),
    ]);
    expect(again.map(({ position }) => position)).toEqual(['later', 'later']);
    expect(asked).toHaveLength(1);
  });

  it('uses, but does not keep, an answer from before the watch began', async () => {
    const { engine, cache, asked } = setUp();
    const answer = engine.lookup(WEB);
    await turn();
    cache.watchStarted('start');
    asked[0]!.answer('before');
    expect((await answer).position).toBe('before');
    expect(cache.size).toBe(0);
  });

  it('counts the lease from when the question was sent', async () => {
    const { engine, cache, clock, asked } = setUp();
    const answer = engine.lookup(WEB);
    await turn();
    clock.advance(1_500);
    asked[0]!.answer('p1');
    await answer;
    clock.advance(28_499);
    expect(cache.held('web', 'openai')).toBeDefined();
    clock.advance(1);
    expect(cache.held('web', 'openai')).toBeUndefined();
  });

  it.each([
    ['NOT_FOUND', status.NOT_FOUND],
    ['PERMISSION_DENIED', status.PERMISSION_DENIED],
    ['INVALID_ARGUMENT', status.INVALID_ARGUMENT],
  ])('gives each caller its own answer when a batch is refused with %s', async (_, grpcStatus) => {
    const { engine, asked } = setUp();
    const good = engine.lookup(WEB);
    const bad = engine.lookup(APP);
    await turn();
    asked[0]!.fail(refusal(grpcStatus, { index: '1' }));
    await turn();
    expect(asked.slice(1).map(({ question }) => question.addresses)).toEqual([[APP], [WEB]]);
    asked[1]!.fail(refusal(grpcStatus));
    asked[2]!.answer('p1');
    await expect(bad).rejects.toMatchObject({ grpcStatus });
    expect((await good).outcome).toBe('found');
  });

  it('asks for each address by itself when the server does not say which was refused', async () => {
    const { engine, asked } = setUp();
    void engine.lookup(WEB);
    void engine.lookup(APP);
    await turn();
    asked[0]!.fail(refusal(status.NOT_FOUND));
    await turn();
    expect(asked.slice(1).map(({ question }) => question.addresses)).toEqual([[WEB], [APP]]);
  });

  it('does not ask again when the whole batch is unavailable', async () => {
    const { engine, asked } = setUp();
    const both = Promise.allSettled([engine.lookup(WEB), engine.lookup(APP)]);
    await turn();
    asked[0]!.fail(new KeywardUnavailableError('UNAVAILABLE', 'Gone.', { grpcStatus: status.UNAVAILABLE }));
    expect((await both).map((settled) => settled.status)).toEqual(['rejected', 'rejected']);
    await turn();
    expect(asked).toHaveLength(1);
  });

  it('asks for the head of the log when the server has a new log and refuses the floor', async () => {
    const { engine, cache, asked } = setUp();
    cache.changed({ ...WEB, position: 'of-the-old-log' });
    const answer = engine.lookup(WEB);
    await turn();
    asked[0]!.fail(refusal(status.INVALID_ARGUMENT, { field: 'consistency.at_least_as_fresh' }));
    await turn();
    await turn();
    expect(asked[1]!.question.consistency).toEqual({ kind: 'fully_consistent' });
    asked[1]!.answer('p1');
    expect((await answer).position).toBe('p1');
  });

  it("passes the refusal of the caller's own position on", async () => {
    const { engine, asked } = setUp();
    const answer = engine.lookup(WEB, { kind: 'at_least_as_fresh', position: 'forged' });
    await turn();
    asked[0]!.fail(refusal(status.INVALID_ARGUMENT, { field: 'consistency.at_least_as_fresh' }));
    await expect(answer).rejects.toMatchObject({ grpcStatus: status.INVALID_ARGUMENT });
  });

  it('refuses answers that are not as many as the addresses', async () => {
    const { engine, asked } = setUp();
    const answer = engine.lookup(WEB);
    await turn();
    asked[0]!.question.addresses.concat();
    (asked[0]!.question.addresses as unknown[]).push(APP);
    asked[0]!.answer('p1');
    await expect(answer).rejects.toMatchObject({ code: 'INTERNAL' });
  });

  it('rejects what is on its way when it is closed', async () => {
    const { engine, asked } = setUp();
    const sent = engine.lookup(WEB);
    await turn();
    const waiting = engine.lookup(APP);
    engine.close();
    await expect(sent).rejects.toMatchObject({ code: 'CLIENT_CLOSED' });
    await expect(waiting).rejects.toMatchObject({ code: 'CLIENT_CLOSED' });
    await expect(engine.lookup(WEB)).rejects.toMatchObject({ code: 'CLIENT_CLOSED' });
    asked[0]!.answer('late');
    await turn();
    expect(asked).toHaveLength(1);
  });
});
