import { loadSettings } from '@keyward/runtime';
import { fakeVendorSettings } from '../worker.settings.js';
import { startFakeVendor } from './fake-vendor.js';

/** The fake vendor in a process of its own; prints each call as a JSON line. */
async function main(): Promise<void> {
  const { KEYWARD_FAKE_VENDOR_PORT: port } = loadSettings(fakeVendorSettings, process.env, {
    alsoKnown: Object.keys(process.env),
  });
  const vendor = await startFakeVendor({ port, onCall: (call) => print({ event: 'called', ...call }) });
  print({ event: 'listening', url: vendor.url });
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void vendor.close());
}

function print(line: object): void {
  process.stdout.write(`${JSON.stringify({ time: new Date().toISOString(), ...line })}\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`The fake vendor could not start. ${error instanceof Error ? error.message : ''}\n`);
  process.exitCode = 1;
});
