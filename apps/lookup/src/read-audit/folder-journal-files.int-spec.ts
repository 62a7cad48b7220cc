import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeJournalFiles } from '../testing/describe-journal-files.js';
import { FolderJournalFiles } from './folder-journal-files.js';

describe('Journal files in a folder', () => {
  let parent: string;
  beforeEach(async () => {
    parent = join(await mkdtemp(join(tmpdir(), 'keyward-reads-')), 'reads');
  });
  afterEach(() => rm(join(parent, '..'), { recursive: true }));

  describe('keep the contract:', () => {
    describeJournalFiles(async () => (await FolderJournalFiles.openAll(parent))[0]);
  });

  it('are of one process at a time, and of the next when that is gone', async () => {
    const [first] = await FolderJournalFiles.openAll(parent);
    await first.append('0-0.notes', 'of the first\n');
    const [second, ...others] = await FolderJournalFiles.openAll(parent);
    expect(others).toEqual([]);
    expect(await second.list()).toEqual([]);
    await first.close();
    const [third] = await FolderJournalFiles.openAll(parent);
    expect(await third.read('0-0.notes')).toBe('of the first\n');
    await Promise.all([second.close(), third.close()]);
  });

  it('are taken over all together by whoever comes when several are gone', async () => {
    const left = [await FolderJournalFiles.openAll(parent), await FolderJournalFiles.openAll(parent)];
    for (const [files] of left) await files.close();
    const taken = await FolderJournalFiles.openAll(parent);
    expect(taken).toHaveLength(2);
    for (const files of taken) await files.close();
  });

  it('are closed to other users', async () => {
    const [files] = await FolderJournalFiles.openAll(parent);
    await files.append('0-0.notes', 'a\n');
    await files.write('0.batch', 'b');
    const [name] = await readdir(parent);
    const modeOf = async (path: string) => ((await stat(path)).mode & 0o777).toString(8);
    expect(await modeOf(parent)).toBe('700');
    for (const file of ['0-0.notes', '0.batch']) expect(await modeOf(join(parent, name!, file))).toBe('600');
    await files.close();
  });

  it('say why they cannot be had', async () => {
    await writeFile(parent, 'a file where the folder should be');
    await expect(FolderJournalFiles.openAll(parent)).rejects.toMatchObject({ code: 'EEXIST' });
  });
});
