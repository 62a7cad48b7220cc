// The servers and programs that tests need beside the project itself. A test file says so in its first lines with a comment
// `@needs redis`; each service is started once per run, and only when a selected file needs it.
import { readFileSync } from 'node:fs';
import { chromiumService } from './chromium.mjs';
import { kafkaService } from './kafka.mjs';
import { redisService } from './redis.mjs';

/**
 * `url` is the variable of the environment that tells the tests where it is; whoever sets it (to what `instead` says)
 * gets nothing started.
 * @typedef {{ name: string, title: string, url: string, instead: string, prepare(progress: (what: string) => void): Promise<void>, start(): Promise<{ url: string, stop(): Promise<void> }> }} Service
 */

/** @type {readonly Service[]} */
const SERVICES = [redisService, kafkaService, chromiumService];
const HEAD = 1_000;
const HEARTBEAT_MS = 10_000;

/**
 * Provides what the test files need.
 * @returns `env` for the tests; `missing`, each a sentence and the files that cannot run; `stop`, to be called always
 */
export async function provideServices(files, progress) {
  const needs = new Map(files.map((file) => [file, needsOf(file)]));
  const running = [];
  const env = {};
  const missing = [];
  for (const service of SERVICES) {
    const needing = files.filter((file) => needs.get(file).includes(service.name));
    if (needing.length === 0 || process.env[service.url]) continue;
    try {
      const server = await provide(service, progress);
      running.push(server);
      env[service.url] = server.url;
    } catch (error) {
      const sentence = `${service.title} is missing, so ${needing.length} test files did not run. Either ${error.message}, or set ${service.url} to ${service.instead}.`;
      missing.push({ sentence, files: needing });
    }
  }
  return { env, missing, stop: () => Promise.all(running.map((server) => server.stop())) };
}

async function provide(service, progress) {
  const start = performance.now();
  const seconds = () => `${Math.round((performance.now() - start) / 1000)} s`;
  let doing = 'starting';
  const say = (what) => progress(`${service.title}: ${(doing = what)} ...`);
  const heartbeat = setInterval(() => progress(`${service.title}: ${doing} ... ${seconds()}`), HEARTBEAT_MS);
  try {
    await service.prepare(say);
    return await service.start();
  } finally {
    clearInterval(heartbeat);
  }
}

function needsOf(file) {
  const head = readFileSync(file, 'utf8').slice(0, HEAD);
  return [...head.matchAll(/@needs ([a-z ,]+)/g)].flatMap(([, names]) =>
    names.split(/[ ,]+/).filter(Boolean),
  );
}
