import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Cleanup } from '../cleanup.js';
import { DemoError } from '../demo-error.js';
import { Program, stopAtTheEnd } from '../programs/program.js';
import type { Timeline } from '../programs/timeline.js';
import type { FoundKeyward } from './found-keyward.js';

const ADDRESSES = /HTTP API ([^\s,]+),.*gRPC (\S+)/;
const READY_WITHIN_MS = 60_000;

/** Starts a Keyward on free ports, with a data folder that is removed at the end. */
export async function startOwnKeyward(timeline: Timeline, cleanup: Cleanup): Promise<FoundKeyward> {
  const dataDir = await mkdtemp(join(tmpdir(), 'keyward-demo-'));
  cleanup.add(() => rm(dataDir, { recursive: true, force: true }));
  const env = { KEYWARD_DATA_DIR: dataDir, KEYWARD_HTTP_PORT: '0', KEYWARD_GRPC_PORT: '0' };
  stopAtTheEnd(new Program({ name: 'Keyward', main: 'keyward', env, timeline }), cleanup);
  const { line } = await timeline.first('that Keyward says where it listens', ({ from, line: { msg } }) => {
    return from === 'Keyward' && ADDRESSES.test(String(msg));
  });
  const [, url, grpc] = ADDRESSES.exec(String(line['msg']))!;
  await untilReady(url!);
  return { url: url!, grpc: grpc!, dataDir, isOwn: true };
}

async function untilReady(url: string): Promise<void> {
  const end = performance.now() + READY_WITHIN_MS;
  while (!(await isReady(url))) {
    if (performance.now() > end) throw new DemoError(`Keyward at ${url} does not become ready.`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

export async function isReady(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(2_000) })).ok;
  } catch {
    return false;
  }
}
