// @needs redis, kafka
import { DistributedParts } from '../../support/distributed-parts.js';
import { Random } from '../../support/random.js';
import { SEED, expectNone, roundsOf } from '../length.js';
import { APPS, type AppCopy } from './app-copy.js';
import { DistributedRun } from './distributed-run.js';

const ROUNDS = roundsOf({ usual: 2, full: 20 });
const ALL_ROUNDS = ROUNDS * APPS.length;
const BEGIN_MS = 240_000;
const ROUND_MS = 240_000;

/** The promise where each app is a process of its own, and each is killed under load. */
describe(`The apps apart, each killed in ${ROUNDS} rounds`, () => {
  const parts = new DistributedParts();
  const random = new Random(SEED);
  let run: DistributedRun | undefined;

  beforeAll(async () => {
    await parts.start();
    run = await DistributedRun.begin({ env: parts.env, random });
  }, BEGIN_MS);

  afterAll(async () => {
    await run?.close();
    await parts.stop();
    process.stderr.write(`kill -9 apart, seed ${SEED}: ${JSON.stringify(run?.tally)}\n`);
  });

  const killAndStartAgain = async (victim: AppCopy): Promise<void> => {
    await victim.kill9();
    // Without it the others work on; without the api nothing is written.
    if (victim.name !== 'api') await run!.untilAnswered(random.between(1, 100));
    await victim.start();
    if (!random.chance(0.3)) return;
    // Listening, and not ready yet.
    await victim.kill9();
    run!.tally.killsInStart++;
    await victim.start();
  };

  it.each(APPS)(
    'keep every clause of the promise when the %s dies',
    async (app) => {
      for (let round = 1; round <= ROUNDS; round++) {
        const violations = await run!.round(() => killAndStartAgain(run!.copiesOf(app)[0]!));
        expectNone(violations, `${app}, round ${round}`);
      }
    },
    ROUNDS * ROUND_MS,
  );

  it('were killed in the middle of their work, often enough to mean something', () => {
    const { tally } = run!;
    expect(tally.inFlightAtFaults).toBeGreaterThan(ALL_ROUNDS);
    expect(tally.unknown).toBeGreaterThan(ROUNDS);
    expect(tally.acknowledged).toBeGreaterThan(ALL_ROUNDS * 20);
    expect(tally.lookups).toBeGreaterThan(ALL_ROUNDS * 20);
    expect(tally.unavailable).toBeGreaterThan(ROUNDS);
    expect(tally.watchChanges).toBeGreaterThan(ALL_ROUNDS * 20);
    expect(tally.publishedAgain).toBeGreaterThan(0);
  });
});
