import { parseArgs } from 'node:util';
import { printable } from '@keyward/runtime';
import { playDemo } from './play-demo.js';
import { Narrator } from './story/narrator.js';

const SLOW_MS = 3_000;
const INTERRUPTED = 130;

async function main(): Promise<number> {
  const interrupt = new AbortController();
  // The first signal ends the demo in order; the second finds no listener and ends the process.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(signal, () => interrupt.abort());
  // A terminal or reader that goes away must not keep us from putting everything back.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  try {
    const { values } = parseArgs({ options: { slow: { type: 'boolean', default: false } } });
    const narrator = new Narrator({
      output: process.stdout,
      env: process.env,
      paceMs: values.slow ? SLOW_MS : 0,
      interrupted: interrupt.signal,
    });
    await playDemo(narrator, interrupt.signal);
    return 0;
  } catch (error) {
    if (interrupt.signal.aborted) return INTERRUPTED;
    const sentence = error instanceof Error ? error.message : 'Something unexpected happened.';
    process.stderr.write(`\nThe demo failed. ${sentence.split('\n').map(printable).join('\n')}\n`);
    return 1;
  }
}

process.exitCode = await main();
