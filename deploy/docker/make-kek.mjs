// Makes a file of key encryption keys where there is none. Where there is one it is left as it is, and checked.
// A log that was sealed under a lost key is not opened by a new one: the apps then refuse to start and name the id they need.
//   node make-kek.mjs <file>
import { openKekFile } from '../../dist/libs/sealing/src/kek/kek-file.js';

try {
  await openKekFile(process.argv[2], { createIfMissing: true });
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
