// @needs kafka
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { runKafkaTool, startKafka } from '../../../scripts/services/kafka.mjs';

const run = promisify(execFile);

const PREPARE = `
  import { kafkaService } from './scripts/services/kafka.mjs';
  await kafkaService.prepare(() => undefined).catch((error) => console.log(error.message));
`;

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

describe('Apache Kafka for tests', () => {
  it('is there for the whole run, by its address', async () => {
    const { host } = new URL(process.env['KEYWARD_TEST_KAFKA_URL']!);
    const versions = await runKafkaTool('org.apache.kafka.tools.BrokerApiVersionsCommand', [
      '--bootstrap-server',
      host,
    ]);
    expect(versions).toContain('Produce(0)');
  });

  it('is given to a test alone too, with the settings it asks for, and ends also when it is frozen', async () => {
    const own = await startKafka({ 'message.max.bytes': 4_321 });
    const { stdout: commandLine } = await run('ps', ['-o', 'args=', '-ww', '-p', String(own.pid)]);
    const folder = /\S+keyward-kafka-\w+/.exec(commandLine)![0];
    const settings = await runKafkaTool('kafka.admin.ConfigCommand', [
      ...['--bootstrap-server', `127.0.0.1:${own.port}`],
      ...['--entity-type', 'brokers', '--entity-name', '1', '--describe', '--all'],
    ]);
    expect(settings).toContain('message.max.bytes=4321');
    process.kill(own.pid, 'SIGSTOP');
    await own.stop();
    expect(isAlive(own.pid)).toBe(false);
    expect(existsSync(folder)).toBe(false);
  });

  it('says what the broker said when it does not start', async () => {
    await expect(startKafka({ 'num.io.threads': 'many' })).rejects.toThrow(/num\.io\.threads/);
  });

  it('says what to install where there is no Java', async () => {
    const { stdout } = await run(process.execPath, ['--input-type=module', '-e', PREPARE], {
      env: { PATH: '/nowhere' },
    });
    expect(stdout).toMatch(/^install Java 17 or newer and Maven/);
  });
});
