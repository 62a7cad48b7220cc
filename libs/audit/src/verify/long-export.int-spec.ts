import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** Exports and verifies so many events in a process of its own, and tells how much memory lived at each moment. */
const CHILD = `
const [, count] = process.argv;
const at = (file) => import(process.cwd() + '/dist/libs/audit/src/' + file);
const { AuditLog } = await at('log/audit-log.js');
const { exportLines } = await at('export/export-lines.js');
const { TrustedKeys } = await at('head/trusted-keys.js');
const { verifyExport } = await at('verify/verify-export.js');
const { SIGNER, sampleEvent } = await at('testing/sample-log.js');
const from = AuditLog.begin({ storeId: 'long', organizationId: 'acme' }).state;
function* events() {
  for (let n = 0; n < Number(count); n += 1) yield sampleEvent(n);
}
const source = { from, previousHeadHash: null, events: events(), heads: [], signer: SIGNER, now: () => new Date() };
let bytes = 0;
async function* chunks() {
  for await (const line of exportLines(source)) {
    bytes += line.length;
    yield Buffer.from(line);
  }
}
const living = [];
const { ok, size } = await verifyExport(chunks(), {
  trusted: TrustedKeys.fromPem(SIGNER.publicKeyPem, 'test'),
  onLine: (line) => {
    if (line % 20_000 !== 0) return;
    gc();
    const { heapUsed, external } = process.memoryUsage();
    living.push(heapUsed + external);
  },
});
console.log(JSON.stringify({ ok, size, bytes, grown: Math.max(...living) - living[0] }));
`;

const EVENTS = 200_000;
const MIB = 1024 * 1024;
/** It is much work for a loaded machine. */
const LIMIT_MS = 300_000;

describe('A long export', () => {
  it(
    'is made and verified line by line: what lives in memory does not grow with it',
    async () => {
      const args = ['--expose-gc', '--input-type=module', '-e', CHILD, String(EVENTS)];
      const { stdout } = await promisify(execFile)(process.execPath, args);
      const { ok, size, bytes, grown } = JSON.parse(stdout) as Record<string, unknown>;
      expect({ ok, size }).toEqual({ ok: true, size: EVENTS });
      expect(bytes).toBeGreaterThan(80 * MIB);
      expect(grown).toBeLessThan(4 * MIB);
    },
    LIMIT_MS,
  );
});
