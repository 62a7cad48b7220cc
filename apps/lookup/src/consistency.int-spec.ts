import type { KeyAddress } from '@keyward/contracts';
import { LookupFixture, refusalOf } from './testing/lookup-fixture.js';

const ORG_SLOT = { organizationId: 'acme', projectId: null, integrationId: 'openai' };
const WEBSITE: KeyAddress = { organizationId: 'acme', projectId: 'website', integrationId: 'openai' };

async function filled(fixture: LookupFixture): Promise<LookupFixture> {
  const { records } = fixture;
  await fixture.write(records.organization('acme'), records.project('acme', 'website'));
  await fixture.write(await records.slot(ORG_SLOT, 'sk-old', { version: 1 }));
  return fixture;
}

describe('the consistency of a lookup', () => {
  let fixture: LookupFixture;
  afterEach(() => fixture.close());

  it('waits until the read model is at the position asked for, and never answers older', async () => {
    fixture = await filled(await LookupFixture.start());
    const position = await fixture.moveLog();
    const newer = await fixture.records.slot(ORG_SLOT, 'sk-new', { version: 2 });

    const pending = fixture.lookup(WEBSITE, {
      consistency: { atLeastAsFresh: fixture.positionToken(position) },
    });
    const tokenless = await fixture.lookup(WEBSITE);
    await fixture.readModel.write([newer], position);

    expect(tokenless.key?.secret.toString()).toBe('sk-old');
    const answer = await pending;
    expect(answer.key?.secret.toString()).toBe('sk-new');
    expect(answer.position).toBe(fixture.positionToken(position));
  });

  it('is met at once by a read model that is there already', async () => {
    fixture = await filled(await LookupFixture.start());
    const { position } = await fixture.lookup(WEBSITE);
    expect((await fixture.lookup(WEBSITE, { consistency: { atLeastAsFresh: position } })).outcome).toBe(
      'key',
    );
  });

  it('asks the log for its head when it must be full', async () => {
    fixture = await filled(await LookupFixture.start());
    const position = await fixture.moveLog();
    const pending = fixture.lookup(WEBSITE, { consistency: { fullyConsistent: true } });
    await fixture.readModel.write([await fixture.records.slot(ORG_SLOT, 'sk-new', { version: 2 })], position);
    expect((await pending).key?.secret.toString()).toBe('sk-new');
  });

  it.each([
    ['at_least_as_fresh', (token: string) => ({ atLeastAsFresh: token })],
    ['fully_consistent', () => ({ fullyConsistent: true })],
  ])('refuses %s with STALE_READ_MODEL after KEYWARD_CONSISTENCY_TIMEOUT', async (_, ask) => {
    fixture = await filled(await LookupFixture.start({ settings: { KEYWARD_CONSISTENCY_TIMEOUT: 30 } }));
    const consistency = ask(fixture.positionToken(await fixture.moveLog()));
    expect(await refusalOf(fixture.lookup(WEBSITE, { consistency }))).toMatchObject({
      grpcCode: 14,
      reason: 'STALE_READ_MODEL',
      metadata: { retryAfterSeconds: '1' },
    });
  });

  it("refuses before the call's own deadline, so that the caller learns the reason", async () => {
    fixture = await filled(await LookupFixture.start({ settings: { KEYWARD_CONSISTENCY_TIMEOUT: 60_000 } }));
    const consistency = { atLeastAsFresh: fixture.positionToken(await fixture.moveLog()) };
    const startedAt = performance.now();
    const { reason } = await refusalOf(fixture.lookup(WEBSITE, { consistency, deadlineMs: 400 }));
    expect(reason).toBe('STALE_READ_MODEL');
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });

  it('refuses a position that the log has not come to', async () => {
    fixture = await filled(await LookupFixture.start());
    const consistency = { atLeastAsFresh: fixture.positionToken({ commit: 999n, prepare: 999n }) };
    expect(await refusalOf(fixture.lookup(WEBSITE, { consistency }))).toMatchObject({
      grpcCode: 3,
      reason: 'INVALID_REQUEST',
    });
  });

  it('holds for batches too', async () => {
    fixture = await filled(await LookupFixture.start());
    const position = await fixture.moveLog();
    const consistency = { atLeastAsFresh: fixture.positionToken(position) };
    const pending = fixture.batchLookup([WEBSITE, WEBSITE], { consistency });
    await fixture.readModel.write([await fixture.records.slot(ORG_SLOT, 'sk-new', { version: 2 })], position);
    const { answers } = await pending;
    expect(answers.map(({ key }) => key?.secret.toString())).toEqual(['sk-new', 'sk-new']);
  });
});

describe('a read model that cannot be relied on', () => {
  let fixture: LookupFixture;
  afterEach(() => fixture.close());

  it('is UNAVAILABLE while it is built, never "not set" nor "unknown"', async () => {
    fixture = await LookupFixture.start({ ready: false });
    expect(await refusalOf(fixture.lookup(WEBSITE))).toMatchObject({ grpcCode: 14, reason: 'UNAVAILABLE' });
    expect((await fixture.health().report('ready')).parts).toContainEqual(
      expect.objectContaining({ part: 'lookup', ok: false, problem: 'waits for the read model to be built' }),
    );

    await fixture.readModel.markReady();
    expect((await fixture.health().report('ready')).parts).toContainEqual(
      expect.objectContaining({ part: 'lookup', ok: true }),
    );
  });

  it('is UNAVAILABLE when it is out of reach, and what it says of itself stays inside', async () => {
    fixture = await filled(await LookupFixture.start());
    fixture.readModel.lookup = () => Promise.reject(new Error('connect ECONNREFUSED redis.internal:6379'));
    const refusal = await refusalOf(fixture.lookup(WEBSITE));
    expect(refusal).toMatchObject({ grpcCode: 14, reason: 'UNAVAILABLE' });
    expect(refusal.details).not.toContain('redis');
  });

  it('is refused when its heartbeat stops for longer than the bound, and answers again when it beats', async () => {
    fixture = await filled(await LookupFixture.start());
    fixture.monotonic.ms += 2_001;
    expect(await refusalOf(fixture.lookup(WEBSITE))).toMatchObject({
      grpcCode: 14,
      reason: 'STALE_READ_MODEL',
    });

    await fixture.beat();
    expect((await fixture.lookup(WEBSITE)).outcome).toBe('key');
  });

  it.each([
    ['only when the call asks for the bound as well', true, 'STALE_READ_MODEL'],
    ['not when the position is all that is asked for', false, undefined],
  ])('is refused to one who names a position %s', async (_what, withinBound, reason) => {
    fixture = await filled(await LookupFixture.start());
    const { position } = await fixture.lookup(WEBSITE);
    const both = { consistency: { atLeastAsFresh: position, withinBound } };
    expect((await fixture.lookup(WEBSITE, both)).outcome).toBe('key');
    fixture.monotonic.ms += 2_001;
    const later = fixture.lookup(WEBSITE, both);
    if (reason) expect((await refusalOf(later)).reason).toBe(reason);
    else expect((await later).outcome).toBe('key');
  });

  it('is answered from with the metadata keyward-stale when configured to flag', async () => {
    fixture = await filled(await LookupFixture.start({ staleAnswers: 'flag' }));
    fixture.monotonic.ms += 2_001;
    let flag: unknown;
    const onMetadata = (metadata: { get(name: string): unknown[] }): void =>
      void (flag = metadata.get('keyward-stale')[0]);

    expect((await fixture.lookup(WEBSITE, { onMetadata })).outcome).toBe('key');

    expect(flag).toBe('true');
    expect(await fixture.metricsText()).toContain('keyward_lookup_stale_answers_total{operation="lookup"} 1');
  });
});
