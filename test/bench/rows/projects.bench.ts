import type { Bench, Measurement, Row } from '../harness/row.js';
import { median } from '../harness/statistics.js';
import { figure } from '../harness/table.js';
import { keyOf } from '../support/bench-keyward.js';
import { RawHttpConnection } from '../support/raw-http.js';
import { keyPath, startWritingKeyward, type WritingKeyward } from '../support/writing-keyward.js';

const INTEGRATION = 'serpapi';
const REGISTRATIONS_AT_ONCE = 32;
const CHANGES_PER_ROUND = 20;

/** An organization with so many projects, and what a change of its key took, in milliseconds, by round. */
interface Measured {
  readonly projects: number;
  readonly organizationId: string;
  readonly times: number[];
}

async function measure(bench: Bench): Promise<Measurement> {
  const sizes = bench.quick ? [10, 100, 1_000] : [10, 1_000, 100_000];
  const keyward = await startWritingKeyward(sizes.length);
  try {
    const measured = sizes.map((projects, index) => {
      return { projects, organizationId: keyward.organizationIds[index]!, times: [] };
    });
    for (const { projects, organizationId } of measured) {
      bench.progress(`registering ${projects} projects`);
      await register(keyward, organizationId, projects);
    }
    await change(bench, keyward, measured);
    return measurementOf(measured);
  } finally {
    await keyward.close();
  }
}

async function register(
  { httpUrl, token }: WritingKeyward,
  organizationId: string,
  projects: number,
): Promise<void> {
  let next = 0;
  const one = async (): Promise<void> => {
    const connection = await RawHttpConnection.open(httpUrl);
    while (next < projects) {
      const path = `/v1/organizations/${organizationId}/projects/project-${next++}`;
      await connection.call({ method: 'PUT', path, token, body: { name: 'A project' } });
    }
    connection.close();
  };
  await Promise.all(Array.from({ length: REGISTRATIONS_AT_ONCE }, one));
}

/** In turns, to and fro, so that a machine that gets slower slows all of them. The first rounds only warm up. */
async function change(bench: Bench, keyward: WritingKeyward, measured: readonly Measured[]): Promise<void> {
  const connection = await RawHttpConnection.open(keyward.httpUrl);
  const warmUp = bench.rounds;
  for (let round = 1 - warmUp; round <= bench.rounds; round += 1) {
    for (const { organizationId, times } of round % 2 === 0 ? measured : [...measured].reverse()) {
      const startAt = performance.now();
      for (let n = 0; n < CHANGES_PER_ROUND; n += 1) {
        await changeOnce(connection, keyward.token, organizationId, `${round}-${n}`);
      }
      if (round > 0) times.push((performance.now() - startAt) / CHANGES_PER_ROUND);
    }
    if (round > 0) bench.progress(`round ${round} of ${bench.rounds}`);
  }
  connection.close();
}

/** A change is over when a project that uses the key is seen to use the new one. */
async function changeOnce(
  connection: RawHttpConnection,
  token: string,
  organizationId: string,
  name: string,
): Promise<void> {
  const put = { method: 'PUT', path: keyPath(organizationId, INTEGRATION), token } as const;
  const set = JSON.parse(await connection.call({ ...put, body: { secret: keyOf(name) } })) as {
    position: string;
    version: number;
  };
  const seen = await connection.call({
    method: 'GET',
    path: `/v1/organizations/${organizationId}/projects/project-0/integrations?at_least_as_fresh=${set.position}`,
    token,
  });
  if (!seen.includes(`"version":${set.version}`)) throw new Error('A project does not use the new key.');
}

function measurementOf(measured: readonly Measured[]): Measurement {
  const [smallest, largest] = [measured[0]!, measured.at(-1)!];
  const ratios = largest.times.map((time, round) => time / smallest.times[round]!);
  return {
    value: median(largest.times),
    limit: median(smallest.times),
    ratio: median(ratios),
    samples: Object.fromEntries(measured.map(({ projects, times }) => [`projects${projects}`, times])),
    notes: [
      measured
        .map(({ projects, times }) => `${figure(projects)} projects ${figure(median(times))} ms`)
        .join(', '),
      'from the request to set the key until a project is seen to use it; the limit is the smallest organization',
    ],
  };
}

export const rows: readonly Row[] = [
  {
    name: 'A change of key with 100,000 projects',
    unit: 'ms',
    goal: { of: 'ratio', atMost: 1.2 },
    run: measure,
  },
];
