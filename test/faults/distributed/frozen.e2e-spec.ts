// @needs redis, kafka
import { setTimeout as sleep } from 'node:timers/promises';
import { DistributedParts } from '../../support/distributed-parts.js';
import { Random } from '../../support/random.js';
import { SEED, expectNone, roundsOf } from '../length.js';
import type { AppCopy } from './app-copy.js';
import { DistributedRun } from './distributed-run.js';

const ROUNDS = roundsOf({ usual: 1, full: 20 });
const LIMIT_MS = 240_000;

/** Of the apps that stand by for one another: what counts up while one works. */
const WORK = { relay: 'keyward_relay_changes_total', projector: 'keyward_projector_batches_total' } as const;

/** A process that was frozen does not know it: it goes on with what it had in hand, as if no time had passed. */
describe(`The apps apart, some of them frozen in ${ROUNDS} rounds`, () => {
  const parts = new DistributedParts();
  let run: DistributedRun | undefined;
  let replaced = 0;

  beforeAll(async () => {
    await parts.start();
    const copies = { projector: 2, relay: 2 };
    run = await DistributedRun.begin({ env: parts.env, random: new Random(SEED), copies });
  }, LIMIT_MS);

  afterAll(async () => {
    await run?.close();
    await parts.stop();
    process.stderr.write(`frozen, seed ${SEED}: ${JSON.stringify({ ...run?.tally, replaced })}\n`);
  });

  /** Resolves to the first of them that is seen to work under the load. */
  const firstAtWork = async (copies: readonly AppCopy[], work: string): Promise<AppCopy> => {
    const done = (): Promise<number[]> => Promise.all(copies.map((copy) => copy.metric(work)));
    const before = await done();
    for (;;) {
      await run!.untilAnswered(10);
      const after = await done();
      const worker = copies.find((_, i) => after[i]! > before[i]!);
      if (worker) return worker;
    }
  };

  const freezeUntilReplaced = async (name: keyof typeof WORK): Promise<void> => {
    const victim = await firstAtWork(run!.copiesOf(name), WORK[name]);
    const restarts = `keyward_loop_restarts_total{loop="${name}"}`;
    const before = await victim.metric(restarts);
    victim.freeze();
    try {
      const others = run!.copiesOf(name).filter((copy) => copy !== victim);
      await firstAtWork(others, WORK[name]);
    } finally {
      victim.thaw();
    }
    await run!.untilAnswered(100);
    // It was told that it is replaced, and began anew.
    while ((await victim.metric(restarts)) === before) await sleep(50);
    replaced++;
  };

  it.each(['relay', 'projector'] as const)(
    'keep every clause of the promise when a %s goes on after another has taken over from it',
    async (name) => {
      for (let round = 1; round <= ROUNDS; round++)
        expectNone(await run!.round(() => freezeUntilReplaced(name)), `${name}, round ${round}`);
      expect(replaced).toBeGreaterThanOrEqual(ROUNDS);
    },
    ROUNDS * LIMIT_MS,
  );

  it.each(['projector', 'lookup', 'broadcaster'] as const)(
    'keep every clause of the promise when the %s stands still for a while',
    async (name) => {
      const freeze = async (): Promise<void> => {
        run!.copiesOf(name).forEach((copy) => copy.freeze());
        // Longer than the staleness bound, shorter than the lease.
        await sleep(3_500);
        run!.copiesOf(name).forEach((copy) => copy.thaw());
      };
      for (let round = 1; round <= ROUNDS; round++)
        expectNone(await run!.round(freeze), `${name}, round ${round}`);
    },
    ROUNDS * LIMIT_MS,
  );
});
