// Makes the private key that heads of the audit logs are signed with, where there is none. Where there is one it is left as it
// is, and checked.
//   node make-audit-key.mjs <file>
import { LocalHeadSigner } from '../../dist/libs/audit/src/head/local-head-signer.js';

try {
  await LocalHeadSigner.open(process.argv[2], { createIfMissing: true });
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
