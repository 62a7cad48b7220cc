import type { Difference, JobChange, JobState, Maintained, MaintenanceJob } from '@keyward/read-model';
import type { Clock } from '@keyward/runtime';

/** How often others are told how far it is, and it is seen whether it is to stop. */
const TELL_MS = 250;
/** So many differences are named; the others are counted. */
const NAMED = 1_000;

/** A job while it is done: tells in the store how far it is, and finds out there that it is not wanted any more. */
export class RunningJob {
  private readonly unwanted = new AbortController();
  private readonly told = new Set<string>();
  private pending: JobChange = {};
  private toldAt = -Infinity;

  constructor(
    private readonly store: Pick<Maintained, 'job' | 'putJob'>,
    private current: MaintenanceJob,
    private readonly clock: Clock,
  ) {
    for (const difference of current.differences) this.told.add(JSON.stringify(difference));
  }

  get job(): MaintenanceJob {
    return { ...this.current, ...this.pending };
  }

  /** Aborts once it was stopped, or another one has taken its place. */
  get stopped(): AbortSignal {
    return this.unwanted.signal;
  }

  /** At once. */
  async change(change: JobChange): Promise<void> {
    this.pending = { ...this.pending, ...change };
    await this.tell();
  }

  /** Now and then. */
  async progress(change: JobChange): Promise<void> {
    this.pending = { ...this.pending, ...change };
    if (this.clock.monotonicMs() - this.toldAt >= TELL_MS) await this.tell();
  }

  /** What a scan gives twice is named once. */
  differs(difference: Difference): void {
    const text = JSON.stringify(difference);
    const { differences, differenceCount } = this.job;
    if (this.told.has(text)) return;
    if (differences.length === NAMED) {
      this.pending = { ...this.pending, differenceCount: differenceCount + 1 };
      return;
    }
    this.told.add(text);
    this.pending = {
      ...this.pending,
      differenceCount: differenceCount + 1,
      differences: [...differences, difference],
    };
  }

  /** Comparing begins anew: what was found before is found again. */
  forgetDifferences(): void {
    this.told.clear();
    this.pending = { ...this.pending, compared: 0, differenceCount: 0, differences: [] };
  }

  end(state: Exclude<JobState, 'running'>, change: JobChange = {}): Promise<void> {
    return this.change({ ...change, state, endedAt: this.clock.now().toISOString() });
  }

  /** Another projector may work at the same job for a moment, which does no harm: the last one to tell is believed. */
  private async tell(): Promise<void> {
    this.toldAt = this.clock.monotonicMs();
    while (!this.unwanted.signal.aborted) {
      const { pending } = this;
      const next = { ...this.current, ...pending, revision: this.current.revision + 1 };
      if (await this.store.putJob(next)) {
        this.current = next;
        if (this.pending === pending) this.pending = {};
        return;
      }
      const held = await this.store.job();
      if (held?.id === this.current.id && held.state === 'running') this.current = held;
      else this.unwanted.abort(new Error('the job is not wanted any more'));
    }
  }
}
