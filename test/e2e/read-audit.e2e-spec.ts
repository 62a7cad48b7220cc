import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createKeywardClient, type KeywardClient } from '@keyward/client';
import { CommandLine } from '../support/command.js';
import { formsOf } from '../support/forms-of.js';
import {
  runUntilExit,
  startKeyward,
  temporaryDataDir,
  token,
  type RunningKeyward,
} from '../support/standalone.js';

const LIMIT_MS = 180_000;
const CANARY = 'sk-canary-0123456789-0123456789-7f2c';

interface Usage {
  readonly uses: readonly { readonly worker: string; readonly count: number; readonly lastUsedAt: string }[];
}

describe('The read audit of a running Keyward', () => {
  const data = temporaryDataDir();
  let keyward: RunningKeyward;
  let cli: CommandLine;

  /** @param interval how often what was handed out goes into the event log */
  const start = async (interval: string): Promise<void> => {
    keyward = await startKeyward(data.path, { KEYWARD_READ_AUDIT_INTERVAL: interval });
    cli = new CommandLine(keyward.env);
  };
  const workerNamed = (subject: string): KeywardClient =>
    createKeywardClient({
      target: keyward.grpcTarget,
      tls: 'insecure',
      organizationId: 'acme',
      // A lease is one hand-out, however often the worker uses it.
      cache: false,
      deadlineMs: 60_000,
      token: token(data.path, '--subject', subject, '--worker', 'acme'),
    });
  const lookUp = async (subject: string, times = 1): Promise<void> => {
    const worker = workerNamed(subject);
    for (let n = 0; n < times; n += 1) {
      const { outcome } = await worker.lookup({ projectId: 'website', integrationId: 'openai' });
      expect(outcome).toBe('found');
    }
    worker.close();
  };
  const usage = async () => (await cli.json('usage acme openai')) as unknown as Usage;
  const usesBy = async (worker: string, count: number): Promise<Usage['uses'][number]> => {
    for (;;) {
      const found = (await usage()).uses.find((use) => use.worker === worker);
      if (found && found.count >= count) return found;
      await sleep(50);
    }
  };

  /** As the process counts them itself: a client may ask again by itself. */
  const answersWithAKey = async (): Promise<number> => {
    const text = await (await fetch(`${keyward.httpUrl}/metrics`)).text();
    const found = text.matchAll(/^keyward_lookup_answers_total\{.*outcome="found".*\} (\d+)$/gm);
    return [...found].reduce((sum, [, count]) => sum + Number(count), 0);
  };

  beforeAll(async () => {
    await start('200ms');
    await cli.text('org put acme --name Acme --plan enterprise');
    await cli.text('rollout include acme');
    await cli.text('project put acme website --name Website');
    await cli.text('key set acme openai', { input: CANARY });
  }, LIMIT_MS);
  afterAll(async () => {
    await keyward.stop();
    data.dispose();
  });

  it(
    'tells which workers were given a key, how often and when last: in the usage, the listing and the history',
    async () => {
      await lookUp('worker-1', 3);
      await lookUp('worker-2');
      const last = await usesBy('worker-2', 1);
      const counted = (await usesBy('worker-1', 3)).count + last.count;
      expect(counted).toBe(await answersWithAKey());
      expect(await cli.json('key list acme')).toMatchObject({
        items: expect.arrayContaining([
          expect.objectContaining({ id: 'openai', lastUsedAt: last.lastUsedAt }),
        ]) as unknown,
      });
      expect(await cli.text('usage acme openai')).toMatch(/^worker-2 +website +1 +\d{4}-\d\d-\d\d .* \d+$/m);
      expect(await cli.text('history acme --kind read --actor worker-2')).toMatch(
        /worker-2 +read +website +openai +- +1 +(once|\d+ times)/,
      );
      expect(await cli.text('history acme')).not.toContain('worker-2');
    },
    LIMIT_MS,
  );

  it(
    'has what was handed out right before kill -9, and the journal that kept it holds no key',
    async () => {
      await keyward.stop();
      await start('10m');
      await lookUp('worker-3', 2);
      await keyward.kill9();
      const journal = readdirSync(join(data.path, 'reads'), { recursive: true, encoding: 'utf8' })
        .filter((name) => /\.(notes|batch)$/.test(name))
        .map((name) => readFileSync(join(data.path, 'reads', name), 'latin1'))
        .join('');
      expect(journal).toContain('worker-3');
      for (const form of formsOf(CANARY)) expect(journal).not.toContain(form);
      await start('10m');
      // One for each minute in which it was.
      await usesBy('worker-3', 1);
      const { items } = (await cli.json('history acme --kind read --actor worker-3')) as unknown as {
        items: { recovered: boolean }[];
      };
      expect(items.map(({ recovered }) => recovered)).toEqual([true]);
    },
    LIMIT_MS,
  );

  it(
    'has what was handed out before it ended in order, and leaves nothing in the journal',
    async () => {
      await lookUp('worker-4', 2);
      await keyward.stop();
      const left = readdirSync(join(data.path, 'reads'), { recursive: true, encoding: 'utf8' });
      expect(left.filter((name) => /\.(notes|batch|heads)$/.test(name))).toEqual([]);
      await start('10m');
      await usesBy('worker-4', 2);
    },
    LIMIT_MS,
  );
});

describe('Without a place for the journal Keyward', () => {
  it(
    'does not start, and says what to do; told to alarm it hands out keys, and the log has it all the same',
    async () => {
      const data = temporaryDataDir();
      writeFileSync(join(data.path, 'reads'), 'a file where the folder should be');
      const { code, output, errors } = await runUntilExit(data.path);
      expect(code).toBe(1);
      expect(output + errors).toContain('KEYWARD_READ_AUDIT');
      const keyward = await startKeyward(data.path, {
        KEYWARD_READ_AUDIT: 'alarm',
        KEYWARD_READ_AUDIT_INTERVAL: '200ms',
      });
      expect(keyward.output()).toContain('read_audit_disk');
      await keyward.stop();
      data.dispose();
    },
    LIMIT_MS,
  );
});
