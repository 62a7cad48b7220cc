import { Random } from '../support/random.js';
import { temporaryDataDir } from '../support/standalone.js';
import { CrashRun } from './crash-run.js';
import { SEED, expectNone, roundsOf } from './length.js';

const ROUNDS = roundsOf({ usual: 50, full: 50 });

/**
 * The promise, under kill -9 at random moments. Clients keep a history of what they sent and saw; a
 * checker, which has specs of its own, holds it against the log that the dead process left.
 */
describe(`Keyward killed in ${ROUNDS} rounds`, () => {
  const data = temporaryDataDir();
  let run: CrashRun;

  beforeAll(async () => {
    run = await CrashRun.begin(data.path, new Random(SEED));
  }, 120_000);

  afterAll(async () => {
    await run.close();
    data.dispose();
    process.stderr.write(`kill -9, seed ${SEED}, ${ROUNDS} rounds: ${JSON.stringify(run.tally)}\n`);
  });

  it(
    'keeps every clause of the promise',
    async () => {
      for (let round = 1; round <= ROUNDS; round++) expectNone(await run.round(round), `round ${round}`);
      expectNone(await run.finish(), 'the end');
    },
    (ROUNDS + 1) * 120_000,
  );

  it('was killed in the middle of its work, often enough to mean something', () => {
    const { tally } = run;
    expect(tally.inFlightAtFaults).toBeGreaterThan(ROUNDS);
    expect(tally.unknown).toBeGreaterThan(ROUNDS);
    expect(tally.unknownInLog).toBeGreaterThan(ROUNDS / 10);
    expect(tally.repeatsOfLogged).toBeGreaterThan(ROUNDS / 20);
    expect(tally.acknowledged).toBeGreaterThan(ROUNDS * 5);
    expect(tally.refused).toBeGreaterThan(ROUNDS);
    expect(tally.lookups).toBeGreaterThan(ROUNDS * 5);
    expect(tally.watchChanges).toBeGreaterThan(ROUNDS * 5);
  });
});
