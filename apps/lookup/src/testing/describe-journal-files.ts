import type { JournalFiles } from '../read-audit/journal-files.port.js';

/** What every adapter of {@link JournalFiles} does. */
export function describeJournalFiles(open: () => Promise<JournalFiles>): void {
  let files: JournalFiles;
  beforeEach(async () => {
    files = await open();
  });
  afterEach(() => files.close());

  it('adds to the end of a file, which it makes', async () => {
    await files.append('0.notes', 'a\n');
    await files.append('0.notes', 'b\n');
    expect(await files.read('0.notes')).toBe('a\nb\n');
  });

  it('goes on with a file that it left for another', async () => {
    await files.append('0.notes', 'a\n');
    await files.append('1.notes', 'b\n');
    await files.append('0.notes', 'c\n');
    expect(await files.read('0.notes')).toBe('a\nc\n');
  });

  it('makes and replaces a whole file', async () => {
    await files.write('1.batch', 'long and gone');
    await files.write('1.batch', 'new');
    expect(await files.read('1.batch')).toBe('new');
  });

  it('removes files, and those that are not there', async () => {
    await files.append('0.notes', 'a\n');
    await files.write('1.batch', 'b');
    await files.remove(['0.notes', '7.notes']);
    expect(await files.list()).toEqual([{ name: '1.batch', bytes: 1 }]);
    await files.append('0.notes', 'c\n');
    expect(await files.read('0.notes')).toBe('c\n');
  });

  it('lists its files with their bytes, and nothing else', async () => {
    expect(await files.list()).toEqual([]);
    await files.write('1.batch', 'ä');
    expect(await files.list()).toEqual([{ name: '1.batch', bytes: 2 }]);
  });

  it('does not read what is not there', async () => {
    await expect(files.read('1.batch')).rejects.toThrow();
  });
}
