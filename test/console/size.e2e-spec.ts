import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const FOLDER = 'dist/console';
const LIMIT_KB = 150;

describe('The first page of the console', () => {
  it('loads less than 150 kB of script, compressed', () => {
    const page = readFileSync(`${FOLDER}/index.html`, 'utf8');
    const scripts = [...page.matchAll(/(?:src|href)="(\/assets\/[^"]+\.js)"/g)].map(([, path]) => path!);
    expect(scripts.length).toBeGreaterThan(0);
    const bytes = scripts.map((path) => gzipSync(readFileSync(FOLDER + path)).length);
    expect(bytes.reduce((sum, each) => sum + each, 0) / 1_000).toBeLessThan(LIMIT_KB);
  });
});
