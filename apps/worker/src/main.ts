import { readFile } from 'node:fs/promises';
import type { Address, TokenProvider } from '@keyward/client';
import { isLoopback, loadSettings, type SettingsOf } from '@keyward/runtime';
import { startFakeVendor } from './fake-vendor/fake-vendor.js';
import { reportTo } from './report.js';
import { Vendor } from './vendor.js';
import { Worker } from './worker.js';
import { workerProcessSettings } from './worker.settings.js';

type Settings = SettingsOf<typeof workerProcessSettings>;

/** The server's settings may stand in the same environment; only names like ours can be typing errors. */
const alsoKnown = Object.keys(process.env).filter((name) => !name.startsWith('KEYWARD_WORKER_'));

async function main(): Promise<void> {
  const settings = loadSettings(workerProcessSettings, process.env, { alsoKnown });
  const connection = connectionOf(settings);
  const fake = settings.KEYWARD_WORKER_VENDOR === undefined ? await startFakeVendor() : undefined;
  const vendor = new Vendor(fake?.url ?? settings.KEYWARD_WORKER_VENDOR!);
  const report = reportTo(process.stdout, settings.KEYWARD_LOG_FORMAT, process.env);
  const worker = new Worker({
    connection,
    addresses: addressesIn(settings.KEYWARD_WORKER_KEYS),
    vendor,
    report,
    intervalMs: settings.KEYWARD_WORKER_INTERVAL,
  });
  // The first signal ends the work in order; the second finds no listener and ends the process.
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => worker.stop());
  report({
    event: 'started',
    organization: connection.organizationId,
    keyward: connection.target,
    vendor: fake === undefined ? vendor.url : `${vendor.url} (a fake one)`,
  });
  await worker.run();
  await fake?.close();
}

function connectionOf(settings: Settings) {
  const target = settings.KEYWARD_GRPC.replace('https://', '');
  const hasTls = target !== settings.KEYWARD_GRPC;
  if (!hasTls && !isLoopback(new URL(`http://${target}`).hostname))
    throw new Error(
      'KEYWARD_GRPC is on another machine: write it as https://host:port, as keys are sent to it.',
    );
  return {
    target,
    tls: hasTls ? {} : ('insecure' as const),
    token: tokenOf(settings),
    organizationId: settings.KEYWARD_WORKER_ORGANIZATION,
  };
}

/** From a file it is read again when Keyward refuses the last one, so that a token can be renewed while we work. */
function tokenOf({ KEYWARD_TOKEN_FILE: file, KEYWARD_TOKEN: token }: Settings): TokenProvider {
  if (file !== undefined) return () => readFile(file, 'utf8');
  if (token !== undefined) return token;
  throw new Error(
    "Set KEYWARD_TOKEN or KEYWARD_TOKEN_FILE to a worker's token; in development `npx keyward token --subject worker-1 --worker acme` makes one.",
  );
}

function addressesIn(text: string): readonly Address[] {
  const pairs = new Set(text.split(',').map((pair) => pair.trim()));
  return [...pairs].map((pair) => {
    const [projectId = '', integrationId = ''] = pair.split('/');
    return { projectId, integrationId };
  });
}

main().catch((error: unknown) => {
  process.stderr.write(`The worker ended. ${error instanceof Error ? error.message : ''}\n`);
  process.exit(1);
});
