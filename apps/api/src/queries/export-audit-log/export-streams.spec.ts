import { Metrics } from '@keyward/runtime';
import { Logger } from '@nestjs/common';
import { EXPORTS, EXPORTS_PER_ORGANIZATION, ExportStreams } from './export-streams.js';

async function* lines(count: number, made = { count: 0, isOver: false }): AsyncGenerator<string> {
  try {
    for (let n = 0; n < count; n++) {
      made.count += 1;
      yield `${'x'.repeat(1_000)}\n`;
    }
  } finally {
    made.isOver = true;
  }
}

describe('The exports that are being sent', () => {
  let metrics: Metrics;
  let streams: ExportStreams;
  beforeAll(() => Logger.overrideLogger(false));
  beforeEach(() => {
    metrics = new Metrics(false);
    streams = new ExportStreams(metrics, 20);
  });

  const turn = () => new Promise((resolve) => setImmediate(resolve));
  const outcomes = async (): Promise<string[]> => {
    const { body } = await metrics.render();
    return [...body.matchAll(/keyward_audit_exports_total\{outcome="(\w+)"\} [1-9]/g)].map(
      ([, name]) => name!,
    );
  };
  const closed = async (stream: { closed: boolean }): Promise<void> => {
    while (!stream.closed) await turn();
  };

  it('have every line, in pieces', async () => {
    let [bytes, pieces] = [0, 0];
    for await (const piece of streams.begin('acme', lines(1_000))) {
      bytes += (piece as Buffer).length;
      pieces += 1;
    }
    expect(bytes).toBe(1_001_000);
    expect(pieces).toBeLessThan(20);
    expect(await outcomes()).toEqual(['closed']);
  });

  it('are made no faster than they are read', async () => {
    const made = { count: 0, isOver: false };
    const stream = streams.begin('acme', lines(100_000, made));
    await new Promise<void>((resolve) => void stream.once('readable', () => resolve()));
    stream.read(1);
    for (let n = 0; n < 100; n++) await turn();
    expect(made.count).toBeLessThan(500);
    stream.destroy();
    await closed(stream);
  });

  it('are given up when nobody reads on, and with them what they read from', async () => {
    const made = { count: 0, isOver: false };
    const stream = streams.begin('acme', lines(100_000, made));
    await new Promise<void>((resolve) => void stream.once('readable', () => resolve()));
    await closed(stream);
    expect(made.isOver).toBe(true);
    expect(await outcomes()).toEqual(['broken_off']);
  });

  it('are refused when an organization has too many, or all together have', () => {
    const begun = Array.from({ length: EXPORTS_PER_ORGANIZATION }, () => streams.begin('acme', lines(1)));
    expect(() => streams.begin('acme', lines(1))).toThrow(expect.objectContaining({ code: 'RATE_LIMITED' }));
    for (let n = begun.length; n < EXPORTS; n++) begun.push(streams.begin(`org-${n}`, lines(1)));
    expect(() => streams.begin(null, lines(1))).toThrow(expect.objectContaining({ code: 'RATE_LIMITED' }));
    for (const stream of begun) stream.destroy();
  });

  it('make room for others when they end', async () => {
    for (let n = 0; n < 2 * EXPORTS; n++) {
      const stream = streams.begin('acme', lines(1));
      stream.resume();
      await closed(stream);
    }
  });

  it('end with an error, and no whole export, when what they read from fails', async () => {
    const failing = async function* () {
      yield 'a line\n';
      throw new Error('the log is away');
    };
    const stream = streams.begin('acme', failing());
    await expect(stream.toArray()).rejects.toThrow('the log is away');
    expect(await outcomes()).toEqual(['failed']);
  });

  it('are broken off when the process stops, and none is begun any more', async () => {
    const stream = streams.begin('acme', lines(100_000));
    streams.beforeApplicationShutdown();
    await closed(stream);
    expect(await outcomes()).toEqual(['broken_off']);
    expect(() => streams.begin('acme', lines(1))).toThrow(expect.objectContaining({ code: 'RATE_LIMITED' }));
  });
});
