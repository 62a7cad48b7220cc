import { serveParent } from '../harness/child.js';
import { RawHttpConnection } from '../support/raw-http.js';

export interface ReadLoad {
  readonly httpUrl: string;
  readonly token: string;
  /** Read in turns. */
  readonly paths: readonly string[];
  /** How many read at once. */
  readonly count: number;
}

let load: ReadLoad;
let connections: readonly RawHttpConnection[] = [];

serveParent({
  async open(wanted: ReadLoad): Promise<void> {
    load = wanted;
    connections = await Promise.all(
      Array.from({ length: wanted.count }, () => RawHttpConnection.open(wanted.httpUrl)),
    );
  },
  async run({ ms }: { ms: number }): Promise<{ reads: number }> {
    const endAt = performance.now() + ms;
    const done = await Promise.all(connections.map((connection) => read(connection, endAt)));
    return { reads: done.reduce((sum, reads) => sum + reads, 0) };
  },
});

async function read(connection: RawHttpConnection, endAt: number): Promise<number> {
  const { paths, token } = load;
  let reads = 0;
  while (performance.now() < endAt) {
    await connection.call({ method: 'GET', path: paths[reads % paths.length]!, token });
    reads += 1;
  }
  return reads;
}
