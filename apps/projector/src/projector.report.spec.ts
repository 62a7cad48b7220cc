import { ReadModelFullError, ReadModelLostError, ReadModelUnavailableError } from '@keyward/read-model';
import { HealthRegistry, Metrics, SystemClock } from '@keyward/runtime';
import { ProjectorReport } from './projector.report.js';

describe('what the projector counts as a fault of the read model', () => {
  let metrics: Metrics;
  let report: ProjectorReport;
  beforeEach(() => {
    metrics = new Metrics();
    report = new ProjectorReport(new SystemClock(), new HealthRegistry(new SystemClock()), metrics);
  });

  const faults = async (): Promise<Record<string, number>> => {
    const { body } = await metrics.render();
    const lines = body.matchAll(/^keyward_projector_read_model_faults_total\{fault="(\w+)"\} (\d+)$/gm);
    return Object.fromEntries([...lines].map(([, fault, count]) => [fault, Number(count)]));
  };

  it('is each write that a full store refused, be it of a batch or of a beat', async () => {
    report.ended(new ReadModelFullError());
    report.heartbeatMissed(new ReadModelFullError());
    expect(await faults()).toMatchObject({ full: 2 });
  });

  it('is a store that lost what was written, and one where there was nothing to go on from', async () => {
    report.ended(new ReadModelLostError('lost records'));
    report.rebuilding();
    expect(await faults()).toMatchObject({ lost: 1, rebuilt: 1 });
  });

  it('is no store that is only out of reach, and no end without an error', async () => {
    report.ended(new ReadModelUnavailableError('is out of reach'));
    report.heartbeatMissed(new Error('the log is away'));
    report.ended();
    expect(Object.values(await faults()).every((count) => count === 0)).toBe(true);
  });
});
