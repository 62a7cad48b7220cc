import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Mutant } from './mutant.js';
import { MUTANTS } from './rows/index.js';

const ROOT = new URL('../../../', import.meta.url).pathname;
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

describe('the table of mutants', () => {
  it.each(MUTANTS)('takes "$without" out of one place', ({ file, text, instead }) => {
    expect(read(file).split(text)).toHaveLength(2);
    expect(instead).not.toBe(text);
  });

  it.each(MUTANTS)('names the test that misses "$without"', ({ spec, test = '' }) => {
    expect(spec).toMatch(/\.(spec|int-spec|e2e-spec)\.ts$/);
    expect(textsOf(spec).some((text) => text.includes(test))).toBe(true);
  });

  it('has each row once', () => {
    const names = MUTANTS.map(({ without, file }: Mutant) => `${file}: ${without}`);
    expect(new Set(names).size).toBe(names.length);
  });
});

/** The spec, and the contract suites of its library that it may call. */
function textsOf(spec: string): string[] {
  const suites = dirname(spec).replace(/\/src\/.*/, '/src/testing');
  const files = existsSync(join(ROOT, suites)) ? readdirSync(join(ROOT, suites), { recursive: true }) : [];
  const names = files.map(String).filter((file) => file.endsWith('.ts'));
  return [spec, ...names.map((file) => join(suites, file))].map(read);
}
