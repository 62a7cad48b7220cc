import { join } from 'node:path';
import { CommandLine } from '../../support/command.js';
import { untilIndexed, writeLongLog } from '../../support/long-log.js';
import { mostResident, residentBytes } from '../../support/process-memory.js';
import { startKeyward, temporaryDataDir, token, type RunningKeyward } from '../../support/standalone.js';
import { startChild } from '../harness/child.js';
import type { Bench, Measurement, Row } from '../harness/row.js';
import { median } from '../harness/statistics.js';
import { figure } from '../harness/table.js';
import type { ExportRound, ExportSource } from '../processes/log-export.process.js';

const EVENTS = 1_000_000;
const ROUNDS = 3;
const MEGABYTE = 1024 * 1024;

async function measure(bench: Bench): Promise<Measurement> {
  const data = temporaryDataDir();
  const events = bench.quick ? EVENTS / 20 : EVENTS;
  try {
    await writeLongLog(data.path, events, (done) => {
      if (done % 50_000 === 1) bench.progress(`${figure(events - done)} events to write`);
    });
    const keyward = await startKeyward(data.path);
    try {
      bench.progress('waiting for the history');
      await untilIndexed(new CommandLine(keyward.env));
      return await exportAndRead(bench, keyward, data.path);
    } finally {
      await keyward.stop();
    }
  } finally {
    data.dispose();
  }
}

async function exportAndRead(bench: Bench, keyward: RunningKeyward, dataDir: string): Promise<Measurement> {
  const child = await startChild('processes/log-export.process.ts');
  try {
    await child.ask('open', {
      url: `${keyward.httpUrl}/v1/organizations/acme/audit/export`,
      token: token(dataDir, '--subject', 'olga', '--org', 'acme=owner'),
      file: join(dataDir, 'keyward.db'),
    } satisfies ExportSource);
    const before = residentBytes(keyward.pid);
    const [exported, read, resident]: number[][] = [[], [], []];
    let size = 0;
    for (let round = 0; round < (bench.quick ? 1 : ROUNDS); round += 1) {
      const work = child.ask<ExportRound>('export');
      resident!.push(await mostResident(keyward.pid, work));
      const made = await work;
      size = made.bytes;
      exported!.push(made.events / made.seconds);
      bench.progress(`round ${round}: ${figure(exported!.at(-1)!)} events/s`);
      const bare = await child.ask<ExportRound>('read');
      read!.push(bare.events / bare.seconds);
    }
    const [value, limit] = [median(exported!), median(read!)];
    const grown = (Math.max(...resident!) - before) / MEGABYTE;
    return {
      value,
      limit,
      ratio: value / limit,
      samples: { measured: exported!, limit: read! },
      notes: [
        `${figure(size / MEGABYTE)} MB; Keyward's resident memory grew by at most ${figure(grown)} MB from ${figure(before / MEGABYTE)} MB`,
      ],
    };
  } finally {
    await child.stop();
  }
}

export const rows: readonly Row[] = [
  {
    name: 'Export of an audit log of 1,000,000 events',
    unit: 'events/s',
    goal: { of: 'value', atLeast: 20_000 },
    run: measure,
  },
];
