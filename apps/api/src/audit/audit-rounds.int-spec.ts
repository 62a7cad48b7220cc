import { orgKeyStream, organizationStream, ROLLOUT_STREAM } from '@keyward/domain';
import { HealthRegistry, Metrics, Supervisor, SystemClock } from '@keyward/runtime';
import { Logger } from '@nestjs/common';
import { AuditFixture, type AuditCopy } from '../testing/audit-fixture.js';
import { AuditRounds } from './audit-rounds.service.js';

const DAY_MS = 86_400_000;

/** A clock that a test sets. */
class SetClock extends SystemClock {
  aheadMs = 0;
  override now(): Date {
    return new Date(Date.now() + this.aheadMs);
  }
}

describe('The rounds of the audit logs', () => {
  let audit: AuditFixture;
  let copy: AuditCopy;
  let rounds: AuditRounds;
  let supervisor: Supervisor;
  const clock = new SetClock();
  const metrics = new Metrics(false);
  const health = new HealthRegistry(clock);
  const parts = { KEYWARD_AUDIT_HEAD_INTERVAL: DAY_MS, KEYWARD_AUDIT_CHECK_INTERVAL: DAY_MS };

  beforeAll(() => Logger.overrideLogger(false));
  beforeEach(() => {
    clock.aheadMs = 0;
    audit = new AuditFixture();
    copy = audit.copy();
  });
  afterEach(async () => {
    await rounds.onApplicationShutdown();
    await supervisor.stop();
    await audit.close();
  });

  function start(settings = parts): void {
    const { chains, ledger } = copy;
    supervisor = new Supervisor();
    rounds = new AuditRounds({
      settings,
      events: audit.events,
      ledger,
      chains,
      clock,
      supervisor,
      health,
      metrics,
    });
    rounds.onApplicationBootstrap();
  }

  async function until(condition: () => Promise<boolean>): Promise<void> {
    while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const chainLength = async (log: string | null): Promise<number> => (await audit.chainOf(copy, log)).length;
  const checkedAt = (): Promise<number> =>
    copy.ledger.ask(async (ledger) => (await ledger.summary(1)).checkedAt);

  it('sign every log that has waited for the interval, and no other', async () => {
    await audit.append(organizationStream('acme'), organizationStream('globex'), ROLLOUT_STREAM);
    await copy.chains.current('globex');
    clock.aheadMs = DAY_MS;
    start();
    await until(async () => (await chainLength('acme')) === 1 && (await chainLength(null)) === 1);
    expect(await chainLength('globex')).toBe(1);
  });

  it('leave a log alone before its interval is over', async () => {
    await audit.append(organizationStream('acme'));
    start();
    await until(async () => (await checkedAt()) > 0);
    expect(await chainLength('acme')).toBe(0);
  });

  it('take a ledger that was just made for checked, and look again when it is due', async () => {
    await audit.append(organizationStream('acme'), orgKeyStream('acme', 'openai'));
    start({ ...parts, KEYWARD_AUDIT_CHECK_INTERVAL: 50 });
    await until(async () => (await checkedAt()) > 0);
    const first = await checkedAt();
    await until(async () => (await checkedAt()) > first);
    expect((await copy.ledger.ask((ledger) => ledger.summary(1))).problems).toEqual([]);
    expect((await health.report('ready')).parts.find(({ part }) => part === 'audit')).toMatchObject({
      ok: true,
    });
  });
});
