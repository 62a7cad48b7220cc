// The stand-in as a process of its own, on a file: what it has acknowledged survives kill -9.
//   node --import ./scripts/run-typescript.mjs test/support/eventstoredb/main.ts <file> [port]
import { SqliteEventStore } from '@keyward/event-store';
import { StandInLog } from './stand-in-log.js';
import { EventStoreDbStandIn } from './stand-in-server.js';

const [file, port = '0'] = process.argv.slice(2);
if (file === undefined) throw new Error('say in which file to keep the log');
const log = await StandInLog.open(await SqliteEventStore.open({ file }));
const standIn = await EventStoreDbStandIn.start({ log, port: Number(port) });
process.stdout.write(`listening ${standIn.url}\n`);
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    standIn.stop();
    void log.close();
  });
}
