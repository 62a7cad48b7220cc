import { jest } from '@jest/globals';
import { MemoryReadModel, type MaintenanceJob } from '@keyward/read-model';
import { ApiFixture } from '../testing/api-fixture.js';

const JOB = 'GET /v1/read-model/job';
const STOP = 'DELETE /v1/read-model/job';
const REBUILD = 'POST /v1/read-model/rebuild';
const CHECK = 'POST /v1/read-model/check';

describe('Asking for a rebuild or a check of the read model', () => {
  let api: ApiFixture;

  beforeEach(async () => {
    api = await ApiFixture.start();
  });
  afterEach(() => api.close());

  const asAdmin = (target: string, body?: object, headers: Record<string, string> = {}) =>
    api.call(target, { as: api.admin, headers, ...(body ? { body } : {}) });

  /** What a projector does with it. */
  async function work(change: Partial<MaintenanceJob>): Promise<void> {
    const job = (await api.readModel.job())!;
    await api.readModel.putJob({ ...job, ...change, revision: job.revision + 1 });
  }

  it('begins with nothing', async () => {
    expect((await asAdmin(JOB)).body).toEqual({ job: null });
    expect((await asAdmin(STOP)).body).toMatchObject({ job: null, changed: false });
  });

  it('leaves the job for a projector, and tells how far that is', async () => {
    const { status, body } = await asAdmin(REBUILD, { check: 'whole' });
    expect({ status, body }).toMatchObject({
      status: 200,
      body: {
        changed: true,
        position: expect.any(String) as string,
        job: { kind: 'rebuild', extent: 'whole', state: 'running', phase: 'waiting', requestedBy: 'root' },
      },
    });
    await work({ phase: 'building', events: 10, share: 0.5, generation: 'a1' });
    const { job } = (await asAdmin(JOB)).body as { job: object };
    expect(job).toMatchObject({ phase: 'building', events: 10, share: 0.5 });
    expect(job).not.toHaveProperty('generation');
  });

  it('compares 1,000 records before a switch, and all in a check, unless another number is given', async () => {
    expect((await asAdmin(REBUILD)).body).toMatchObject({ job: { extent: 1_000 } });
    await work({ state: 'done' });
    expect((await asAdmin(CHECK)).body).toMatchObject({ job: { extent: 'whole', organizationId: null } });
    await work({ state: 'done' });
    const { body } = await asAdmin(CHECK, { sample: 5, organizationId: 'acme' });
    expect(body).toMatchObject({ job: { extent: 5, organizationId: 'acme' } });
  });

  it('joins what is running, and refuses another', async () => {
    const first = (await asAdmin(REBUILD)).body as { job: { id: string } };
    const second = (await asAdmin(REBUILD, { check: 'none' })).body;
    expect(second).toMatchObject({ changed: false, job: { id: first.job.id, extent: 1_000 } });
    expect(await asAdmin(CHECK)).toMatchObject({ status: 409, body: { code: 'READ_MODEL_BUSY' } });
    await work({ state: 'done' });
    await asAdmin(CHECK, { sample: 5 });
    expect(await asAdmin(CHECK)).toMatchObject({ status: 409 });
    expect(await asAdmin(REBUILD)).toMatchObject({ status: 409 });
  });

  it('lets one of many that ask at once begin it', async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => asAdmin(REBUILD)));
    const bodies = answers.map(({ body }) => body as { changed: boolean; job: { id: string } });
    expect(bodies.filter(({ changed }) => changed)).toHaveLength(1);
    expect(new Set(bodies.map(({ job }) => job.id)).size).toBe(1);
  });

  it('stops it, and goes on with a rebuild where there is something to go on with', async () => {
    const { job } = (await asAdmin(REBUILD)).body as { job: { id: string } };
    await work({ generation: 'a1', events: 10 });
    expect((await asAdmin(STOP)).body).toMatchObject({
      changed: true,
      job: { state: 'stopped', events: 10 },
    });
    expect((await asAdmin(STOP)).body).toMatchObject({ changed: false });
    expect((await asAdmin(REBUILD, { check: 'none' })).body).toMatchObject({
      changed: true,
      job: { id: job.id, state: 'running', events: 10, extent: 'none', endedAt: null },
    });
    await work({ state: 'stopped', generation: null });
    const anew = (await asAdmin(REBUILD)).body as { job: { id: string; events: number } };
    expect(anew.job.id).not.toBe(job.id);
    expect(anew.job.events).toBe(0);
  });

  it('is not done twice for one Idempotency-Key', async () => {
    const headers = { 'idempotency-key': 'rebuild-1' };
    await asAdmin(REBUILD, undefined, headers);
    await work({ state: 'done' });
    expect((await asAdmin(REBUILD, undefined, headers)).body).toMatchObject({
      changed: false,
      job: { state: 'done' },
    });
    expect((await asAdmin(REBUILD)).body).toMatchObject({ changed: true });
  });

  it.each([
    [REBUILD, { check: 'some' }, 'check'],
    [REBUILD, { check: 0 }, 'check'],
    [REBUILD, { check: 1.5 }, 'check'],
    [REBUILD, { sample: 3 }, 'sample'],
    [CHECK, { sample: 'whole' }, 'sample'],
    [CHECK, { sample: 1_000_001 }, 'sample'],
    [CHECK, { organizationId: 'a~b' }, 'organizationId'],
  ])('refuses %s with %j', async (target, body, field) => {
    expect(await asAdmin(target, body)).toMatchObject({
      status: 400,
      body: { code: 'INVALID_REQUEST', violations: [{ field }] },
    });
  });

  it('says that the read model is out of reach when it is', async () => {
    const failing = jest
      .spyOn(MemoryReadModel.prototype, 'job')
      .mockRejectedValue(new Error('no connection'));
    try {
      expect(await asAdmin(JOB)).toMatchObject({ status: 503, body: { code: 'UNAVAILABLE' } });
      expect(await asAdmin(REBUILD)).toMatchObject({ status: 503 });
    } finally {
      failing.mockRestore();
    }
  });
});
