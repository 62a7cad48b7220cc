import { interleave } from './interleave.js';
import type { Bench, Fixture, Goal, Measurement, Row } from './row.js';
import { runRows } from './run-rows.js';

const quietly = { quick: true, minutes: 1, progress: () => undefined };
const measurement = (value: number): Measurement => ({ value, samples: {} });

function row(name: string, run: Row['run'], goal: Goal = { of: 'value', atLeast: 10 }): Row {
  return { name, unit: 'things/s', goal, run };
}

describe('Rows', () => {
  it.each<[Goal, Partial<Measurement>, boolean]>([
    [{ of: 'value', atLeast: 10 }, { value: 10 }, true],
    [{ of: 'value', atLeast: 10 }, { value: 9.9 }, false],
    [{ of: 'value', atMost: 10 }, { value: 10.1 }, false],
    [{ of: 'ratio', atLeast: 0.8 }, { value: 1, ratio: 0.9 }, true],
    [{ of: 'ratio', atMost: 1.2 }, { value: 1, ratio: 1.3 }, false],
    [{ of: 'ratio', atMost: 1.2 }, { value: 1 }, false],
  ])('with the goal %j and %j: met is %s', async (goal, measured, met) => {
    const results = await runRows(
      [row('a', async () => ({ ...measurement(0), ...measured }), goal)],
      quietly,
    );
    expect(results[0]).toMatchObject({ name: 'a', met });
  });

  it('run although one before them failed, which is told', async () => {
    const failing = row('a', () => Promise.reject(new Error('no such server')));
    const results = await runRows([failing, row('b', async () => measurement(10))], quietly);
    expect(results).toMatchObject([
      { name: 'a', met: undefined, error: 'no such server' },
      { name: 'b', met: true },
    ]);
  });

  it('share what they open, which is closed after the last, last opened first', async () => {
    const log: string[] = [];
    const fixture = (name: string, uses: Fixture<string>[] = []): Fixture<string> => ({
      async open(bench) {
        for (const used of uses) await bench.shared(used);
        log.push(`open ${name}`);
        return { value: name, close: async () => void log.push(`close ${name}`) };
      },
    });
    const server = fixture('server');
    const client = fixture('client', [server]);
    const using = async (bench: Bench): Promise<Measurement> => {
      log.push(`use ${await bench.shared(client)}`);
      return measurement(1);
    };
    await runRows([row('a', using), row('b', using)], quietly);
    expect(log).toEqual([
      'open server',
      'open client',
      'use client',
      'use client',
      'close client',
      'close server',
    ]);
  });

  it('all fail when what they share does not open', async () => {
    const broken: Fixture<string> = { open: () => Promise.reject(new Error('port in use')) };
    const using = async (bench: Bench): Promise<Measurement> =>
      measurement((await bench.shared(broken)).length);
    const results = await runRows([row('a', using), row('b', using)], quietly);
    expect(results.map(({ error }) => error)).toEqual(['port in use', 'port in use']);
  });
});

describe('interleave', () => {
  const bench = { ...quietly, rounds: 3, roundMs: 1 } as unknown as Bench;

  it('takes turns, leaves out a third of the rounds more to warm up, and compares neighbours', async () => {
    const order: string[] = [];
    const taking = (name: string, figures: number[]) => async () => {
      order.push(name);
      return figures.shift()!;
    };
    const measured = await interleave(bench, taking('a', [999, 8, 40, 90]), taking('b', [999, 10, 40, 100]));
    expect(order.join('')).toBe('abababab');
    expect(measured).toMatchObject({ value: 40, limit: 40, ratio: 0.9 });
    expect(measured.samples).toEqual({ measured: [8, 40, 90], limit: [10, 40, 100] });
  });
});
