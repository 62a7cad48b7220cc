// Apache Kafka for the tests: one broker process in KRaft mode, of the version that the pom pins, fetched by Maven.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { connect } from 'node:net';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { freePorts, startServer, temporaryFolder } from './guarded-server.mjs';
import { installPackage } from './install-package.mjs';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const POM = join(ROOT, 'test/support/services/kafka/pom.xml');
const CACHE = join(ROOT, 'node_modules/.cache/keyward');
const OLDEST_JAVA = 17;
const run = promisify(execFile);

/** A small broker that starts fast. */
const JVM = ['-Xmx384m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Xshare:auto'];

/** One of the services in services.mjs. */
export const kafkaService = {
  name: 'kafka',
  title: 'Apache Kafka',
  url: 'KEYWARD_TEST_KAFKA_URL',
  instead: 'the address of a running one',
  /** @throws Error with a sentence that says what to install */
  async prepare(progress) {
    const fetched = classPath() !== undefined;
    if (!(await hasJava()) || !(fetched || (await works('mvn', ['--version']))))
      await installJavaAndMaven(progress);
    if (!fetched) await fetchKafka(progress);
    if (!existsSync(formattedFolder())) await formatOnce(progress);
  },
  async start() {
    const broker = await startKafka();
    return { url: broker.url, stop: broker.stop };
  },
};

/**
 * Starts a broker with nothing in it.
 * @param options further lines of `server.properties`; `port` to use a certain one; `data` for a folder that stays
 * when the broker ends, so that another one can go on with it
 */
export async function startKafka({ port, data, ...properties } = {}) {
  const jars = classPath();
  if (jars === undefined || !existsSync(formattedFolder()))
    throw new Error('Kafka has not been fetched: run the tests with `npm test`, which does');
  const [controllerPort, freePort] = await freePorts(2);
  const brokerPort = port ?? freePort;
  const folder = temporaryFolder('kafka');
  const logs = data ?? join(folder, 'data');
  if (!existsSync(logs)) cpSync(formattedFolder(), logs, { recursive: true });
  const file = join(folder, 'server.properties');
  writeFileSync(
    file,
    lines({ ...serverProperties(brokerPort, controllerPort), 'log.dirs': logs, ...properties }),
  );
  const server = await startServer({
    name: 'Kafka',
    folder,
    command: ['java', ...JVM, '-cp', jars, 'kafka.Kafka', file],
    healthy: () => answers(brokerPort),
    timeoutMs: 120_000,
  });
  return { ...server, port: brokerPort, url: `kafka://127.0.0.1:${brokerPort}` };
}

/**
 * Runs one of Kafka's own command line tools.
 * @param main its class
 * @returns what it printed on standard output
 * @throws Error when it ends with another code than 0
 */
export async function runKafkaTool(main, args) {
  const command = [...JVM, '-cp', classPath(), main, ...args];
  try {
    return (await run('java', command, { maxBuffer: 64 * 1024 * 1024 })).stdout;
  } catch (error) {
    // Its own message repeats the class path, a screen of it.
    throw new Error(`${main} failed (${error.code}): ${error.stderr || error.stdout}`, { cause: error });
  }
}

function serverProperties(brokerPort, controllerPort) {
  return {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
    'controller.listener.names': 'CONTROLLER',
    listeners: `PLAINTEXT://127.0.0.1:${brokerPort},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${brokerPort}`,
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'auto.create.topics.enable': false,
    'default.replication.factor': 1,
    'offsets.topic.replication.factor': 1,
    'offsets.topic.num.partitions': 4,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'share.coordinator.state.topic.replication.factor': 1,
    'share.coordinator.state.topic.min.isr': 1,
    // A group of one member has nobody to wait for.
    'group.initial.rebalance.delay.ms': 0,
    'controlled.shutdown.enable': false,
    // Index files are made at their full size, several for each partition.
    'log.index.size.max.bytes': 65_536,
    'log.segment.bytes': 16 * 1024 * 1024,
    'num.io.threads': 2,
    'num.network.threads': 2,
    'log.cleaner.dedupe.buffer.size': 2 * 1024 * 1024,
  };
}

/** Of the operating system Maven's package brings Java along. */
async function installJavaAndMaven(progress) {
  const byHand = `install Java ${OLDEST_JAVA} or newer and Maven, so that \`java\` and \`mvn\` are on the path`;
  try {
    await installPackage('maven', progress);
  } catch (error) {
    throw new Error(`${byHand} (${error.message})`, { cause: error });
  }
  if (!(await hasJava()) || !(await works('mvn', ['--version']))) throw new Error(byHand);
}

async function fetchKafka(progress) {
  progress('Maven fetches the broker, once');
  const folder = cacheFolder();
  mkdirSync(folder, { recursive: true });
  // Into another file first: several runs may be doing this.
  const scratch = mkdtempSync(join(folder, 'class-path-'));
  const file = join(scratch, 'class-path');
  const args = ['-q', '-B', '-f', POM, 'dependency:build-classpath', `-Dmdep.outputFile=${file}`];
  try {
    await run('mvn', args, { cwd: scratch });
    renameSync(file, join(folder, 'class-path'));
  } catch (error) {
    const why = String(error.stdout || error.message).slice(0, 2_000);
    throw new Error(`let \`mvn\` reach a repository with Apache Kafka; it said:\n${why}\n`, { cause: error });
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** An empty data folder, made by Kafka's own tool: a copy of it saves every broker one start of Java. */
async function formatOnce(progress) {
  progress('formatting an empty data folder');
  const scratch = mkdtempSync(join(cacheFolder(), 'format-'));
  const data = join(scratch, 'data');
  const file = join(scratch, 'server.properties');
  writeFileSync(file, lines({ ...serverProperties(9092, 9093), 'log.dirs': data }));
  try {
    await runKafkaTool('kafka.tools.StorageTool', ['format', '-t', 'a2V5d2FyZC10ZXN0cw', '-c', file]);
    if (!existsSync(formattedFolder())) renameSync(data, formattedFolder());
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Where Maven put the jars; undefined while one of them is missing. */
function classPath() {
  const file = join(cacheFolder(), 'class-path');
  if (!existsSync(file)) return undefined;
  const jars = readFileSync(file, 'utf8').trim();
  return jars.split(delimiter).every((jar) => existsSync(jar)) ? jars : undefined;
}

function formattedFolder() {
  return join(cacheFolder(), 'formatted');
}

function cacheFolder() {
  const version = createHash('sha256').update(readFileSync(POM)).digest('hex').slice(0, 12);
  return join(CACHE, `kafka-${version}`);
}

async function hasJava() {
  try {
    const { stderr } = await run('java', ['-version']);
    return Number(/version "(?:1\.)?(\d+)/.exec(stderr)?.[1]) >= OLDEST_JAVA;
  } catch {
    return false;
  }
}

async function works(program, args) {
  return run(program, args).then(
    () => true,
    () => false,
  );
}

function lines(properties) {
  return Object.entries(properties)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('');
}

/** An open port says little: this asks which requests the broker takes (ApiVersions, which needs no sign-in). */
function answers(port) {
  // Length 18, ApiVersions v0, correlation id 1, client id "keyward0".
  const request = Buffer.from([0, 0, 0, 18, 0, 18, 0, 0, 0, 0, 0, 1, 0, 8, ...Buffer.from('keyward0')]);
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(request));
    socket.setTimeout(1_000, () => socket.destroy(new Error('no reply')));
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('closed')));
    socket.once('data', () => {
      resolve();
      socket.destroy();
    });
  });
}
