import { mkdtemp, readFile, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPrivateFile, readPrivateFile } from './private-file.js';

describe('a private file', () => {
  let folder: string;
  let path: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'keyward-issuer-file-'));
    path = join(folder, 'file');
  });

  afterEach(() => rm(folder, { recursive: true }));

  it('is never replaced: who comes second is told so', async () => {
    expect(await createPrivateFile(path, 'first')).toBe(true);
    expect(await createPrivateFile(path, 'second')).toBe(false);
    expect(await readFile(path, 'utf8')).toBe('first');
    expect(await readdir(folder)).toEqual(['file']);
  });

  it('is made by one of many that try at once', async () => {
    const made = await Promise.all(
      Array.from({ length: 16 }, (_, index) => createPrivateFile(path, `by ${index}`)),
    );
    expect(made.filter(Boolean)).toHaveLength(1);
    expect(await readPrivateFile(path)).toBe(`by ${made.indexOf(true)}`);
  });

  it("is its owner's alone, whatever the umask", async () => {
    const before = process.umask(0);
    try {
      await createPrivateFile(path, 'x');
    } finally {
      process.umask(before);
    }
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it('is undefined where there is none', async () => {
    expect(await readPrivateFile(path)).toBeUndefined();
  });
});
