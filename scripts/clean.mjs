// `npm run clean`: removes what was compiled, so that the next build starts from nothing.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './prepare.mjs';

for (const folder of ['dist', 'coverage']) rmSync(join(root, folder), { recursive: true, force: true });
