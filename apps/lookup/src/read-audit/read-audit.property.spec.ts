import fc from 'fast-check';
import { LossyLog, type LogFault } from '../testing/lossy-log.js';
import { ReadAuditFixture, keyOf } from '../testing/read-audit-fixture.js';

const MINUTE = 60_000;

type Step =
  | {
      readonly do: 'hand out';
      readonly worker: string;
      readonly organization: string;
      readonly keys: string[];
    }
  | { readonly do: 'wait' | 'seal' | 'kill' | 'another writes' }
  | { readonly do: 'ship'; readonly faults: readonly (LogFault | undefined)[] };

const fault = fc.constantFrom<LogFault | undefined>(undefined, 'away', 'request lost', 'reply lost');
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('hand out' as const),
      worker: fc.constantFrom('w1', 'w2'),
      organization: fc.constantFrom('acme', 'globex'),
      keys: fc.uniqueArray(fc.constantFrom('openai', 'exa', 'serpapi'), { minLength: 1 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('wait', 'seal', 'kill', 'another writes') }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('ship' as const), faults: fc.array(fault, { maxLength: 4 }) }),
  },
);

/** How often what was handed out in which minute. */
class Tally extends Map<string, number> {
  add(what: string, count = 1): void {
    this.set(what, (this.get(what) ?? 0) + count);
  }
}

describe('The record of what was handed out', () => {
  it('is exact, but for the interval in which the process was killed: of that it has each worker, version and minute', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const events = new LossyLog();
        let audit = await ReadAuditFixture.start({ events });
        let now = audit.time.ms;
        const expected = new Tally();
        let interval = new Tally();
        const end = (countOf: (count: number) => number): void => {
          for (const [what, count] of interval) expected.add(what, countOf(count));
          interval = new Tally();
        };
        for (const one of steps) {
          audit.time.ms = now;
          if (one.do === 'hand out') {
            const { worker, organization: organizationId, keys } = one;
            await audit.handOut(worker, ...keys.map((key) => keyOf('website', key, { organizationId })));
            const minute = `${new Date(now).toISOString().slice(0, 16)}Z`;
            for (const key of keys) interval.add(`${organizationId} ${worker} ${key} ${minute}`);
            now += 7_000;
          } else if (one.do === 'wait') now += MINUTE;
          else if (one.do === 'another writes') await events.appendAnother('keyReads-acme');
          else if (one.do === 'ship') {
            events.next.push(...one.faults);
            await audit.ship().catch(() => undefined);
            events.next.length = 0;
          } else if (one.do === 'seal') {
            await audit.recorder.seal();
            end((count) => count);
          } else {
            audit = await ReadAuditFixture.start({ events, files: audit.files.afterKill('{"half') });
            end(() => 1);
          }
        }
        await audit.flush();
        end((count) => count);
        expect(new Map(await recordedBy(audit))).toEqual(new Map(expected));
        expect(audit.files.files.size).toBe(0);
      }),
      { numRuns: 300 },
    );
  });
});

async function recordedBy(audit: ReadAuditFixture): Promise<Tally> {
  const recorded = new Tally();
  for (const organization of ['acme', 'globex']) {
    for (const { worker, integrationId, counts } of await audit.recorded(organization)) {
      for (const [minute, count] of Object.entries(counts))
        recorded.add(`${organization} ${worker} ${integrationId} ${minute}`, count);
    }
  }
  return recorded;
}
