import type { MaintenanceJob } from '../maintenance/maintenance-job.js';
import type { RedisParts } from './read-rounds.js';
import { PUT_JOB } from './scripts.js';

/** The job as JSON beside what the store says of itself; it goes with it. */
export class RedisJobBoard {
  constructor(private readonly parts: RedisParts) {}

  async job(): Promise<MaintenanceJob | undefined> {
    const { connection, keys } = this.parts;
    const [reply] = await connection.run([['hmget', keys.job, 'job']]);
    const [text] = reply as readonly (string | null)[];
    return text === null || text === undefined ? undefined : (JSON.parse(text) as MaintenanceJob);
  }

  async putJob(job: MaintenanceJob): Promise<boolean> {
    const { connection, keys } = this.parts;
    const expected = job.revision === 1 ? '' : String(job.revision - 1);
    const args = [expected, String(job.revision), JSON.stringify(job)];
    return (await connection.eval(PUT_JOB, [keys.job], args)) === 1;
  }
}
