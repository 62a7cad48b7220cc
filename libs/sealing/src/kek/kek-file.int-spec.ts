import { randomBytes } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readFile, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { failureOf, shapesOf } from '../testing/fixtures.js';
import { openKekFile } from './kek-file.js';

const KEY = randomBytes(32);
const goodFile = (): string =>
  JSON.stringify({ keys: [{ id: 'kek-1', key: KEY.toString('base64') }], current: 'kek-1' });

describe('openKekFile', () => {
  let folder: string;
  let path: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'keyward-kek-'));
    path = join(folder, 'kek.json');
  });

  afterEach(() => rm(folder, { recursive: true }));

  async function write(text: string): Promise<void> {
    await writeFile(path, text, { mode: 0o600 });
  }

  it('makes a file that only its owner may read, and reads the same key from it ever after', async () => {
    const made = await openKekFile(path, { createIfMissing: true });
    expect(made.currentId()).toMatch(/^kek-[0-9a-f]{12}$/);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    const read = await openKekFile(path, { createIfMissing: false });
    expect(read.currentId()).toBe(made.currentId());
    expect(await read.checkValue(read.currentId())).toBe(await made.checkValue(made.currentId()));
    expect(await readdir(folder)).toEqual(['kek.json']);
  });

  it('makes the folder too', async () => {
    const deep = join(folder, 'data', 'keys', 'kek.json');
    await openKekFile(deep, { createIfMissing: true });
    expect((await stat(join(folder, 'data'))).mode & 0o777).toBe(0o700);
  });

  it('gives all who make it at once the same key', async () => {
    const all = await Promise.all(
      Array.from({ length: 16 }, () => openKekFile(path, { createIfMissing: true })),
    );
    const values = await Promise.all(all.map((keks) => keks.checkValue(keks.currentId())));
    expect(new Set(values).size).toBe(1);
    expect(await readdir(folder)).toEqual(['kek.json']);
  });

  it('does not make the id from the key', async () => {
    const made = await openKekFile(path, { createIfMissing: true });
    const { keys } = JSON.parse(await readFile(path, 'utf8')) as { keys: { key: string }[] };
    expect(Buffer.from(keys[0]!.key, 'base64').toString('hex')).not.toContain(made.currentId().slice(4));
  });

  it('refuses a missing file, unless it is told to make one', async () => {
    const failure = await failureOf(() => openKekFile(path, { createIfMissing: false }));
    expect(failure).toMatchObject({
      code: 'INVALID_KEK',
      message: expect.stringContaining(`${path}, is missing`),
    });
    expect(await readdir(folder)).toEqual([]);
  });

  it.each([0o640, 0o604, 0o660, 0o644, 0o610])('refuses a file of mode %o', async (mode) => {
    await write(goodFile());
    await chmod(path, mode);
    const failure = await failureOf(() => openKekFile(path, { createIfMissing: true }));
    expect(failure).toMatchObject({
      code: 'INVALID_KEK',
      message: expect.stringContaining(`chmod 600 ${path}`),
    });
  });

  it('follows a link, as mounted secrets are links, and checks what it leads to', async () => {
    await writeFile(join(folder, 'real.json'), goodFile(), { mode: 0o644 });
    await symlink('real.json', path);
    expect((await failureOf(() => openKekFile(path, { createIfMissing: true }))).message).toContain(
      'mode 0644',
    );
    await chmod(join(folder, 'real.json'), 0o600);
    expect((await openKekFile(path, { createIfMissing: true })).currentId()).toBe('kek-1');
  });

  it('refuses a folder in the place of the file', async () => {
    await mkdir(path, { mode: 0o700 });
    expect((await failureOf(() => openKekFile(path, { createIfMissing: true }))).message).toContain(
      'no plain file',
    );
  });

  it.each([
    ['an empty file', '', 'not whole JSON'],
    ['a file cut short', goodFile().slice(0, 60), 'not whole JSON'],
    ['no object', '7', 'must have the form'],
    ['no keys', '{"keys": [], "current": "kek-1"}', 'does not hold'],
    ['no current key', goodFile().replace('"current"', '"other"'), 'must have the form'],
    ['a current key that it does not hold', goodFile().replace(/kek-1"}$/, 'kek-2"}'), 'does not hold'],
    ['an id that breaks the rule', goodFile().replace('kek-1', 'kek 1'), 'without a valid id'],
    ['a key that is no text', goodFile().replace(/"key":"[^"]+"/, '"key":7'), '"kek-1" in another form'],
    [
      'a key that is too short',
      goodFile().replace(/"key":"[^"]+"/, '"key":"c2hvcnQ="'),
      '"kek-1" with 5 bytes',
    ],
    ['a key with a stray character', goodFile().replace('"key":"', '"key":"*'), '"kek-1" in another form'],
  ])('refuses %s, naming the file and no byte of a key', async (_what, text, sentence) => {
    await write(text);
    const failure = await failureOf(() => openKekFile(path, { createIfMissing: true }));
    expect(failure).toMatchObject({ code: 'INVALID_KEK', message: expect.stringContaining(sentence) });
    expect(failure.message).toContain(path);
    expect(failure.cause).toBeUndefined();
    for (const shape of shapesOf(KEY))
      expect(failure.message + failure.stack).not.toContain(shape.slice(0, 10));
    expect(await readFile(path, 'utf8')).toBe(text);
  });
});
