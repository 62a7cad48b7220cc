import { open, rename, stat, type FileHandle } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { CliError, usageError } from '../errors/cli-error.js';
import { EXIT } from '../errors/exit-codes.js';
import { WholeRecords, type ExportFormat } from './whole-records.js';

/** Only its owner may read it: it says who did what. */
const MODE = 0o600;

/** The file of an export, which is `FILE.part` until it is whole. */
export class PartFile {
  private constructor(
    private readonly path: string,
    private readonly handle: FileHandle,
    readonly records: WholeRecords,
    private length: number,
  ) {}

  /**
   * Takes up what an earlier run has left, up to its last whole event.
   * @param onEvents told how many events have been found
   * @throws CliError when there is a file of that name, or it cannot be written
   */
  static async open(
    path: string,
    format: ExportFormat,
    onEvents: (count: number) => void = () => undefined,
  ): Promise<PartFile> {
    if (await isThere(path))
      throw usageError('The file of --out is there already.', 'Give another name, or move that file away.');
    const handle = await open(partOf(path), 'a+', MODE).catch(cannotWrite);
    try {
      const records = new WholeRecords(format);
      let length = 0;
      for await (const chunk of handle.createReadStream({ start: 0, autoClose: false })) {
        records.take(chunk as Buffer);
        length += (chunk as Buffer).length;
        onEvents(records.count);
      }
      const file = new PartFile(path, handle, records, length);
      await file.cut();
      return file;
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  get bytes(): number {
    return this.length;
  }

  async append(chunk: Buffer): Promise<void> {
    await this.handle.appendFile(chunk).catch(cannotWrite);
    this.records.take(chunk);
    this.length += chunk.length;
  }

  /** Back to the end of the last whole event. */
  async cut(): Promise<void> {
    this.records.cut();
    if (this.length === this.records.end) return;
    await this.handle.truncate(this.records.end).catch(cannotWrite);
    this.length = this.records.end;
  }

  /** Gives the file its name. From then on it is there whole, also when the power fails. */
  async finish(): Promise<void> {
    await this.handle.sync().catch(cannotWrite);
    if ((await this.handle.stat()).size !== this.length) throw writtenByAnother(this.path);
    await rename(partOf(this.path), this.path).catch(cannotWrite);
    const folder = await open(dirname(resolve(this.path)), 'r');
    await folder.sync().finally(() => folder.close());
  }

  async close(): Promise<void> {
    await this.handle.close();
  }
}

export function partOf(path: string): string {
  return `${path}.part`;
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

function cannotWrite(error: NodeJS.ErrnoException): never {
  throw new CliError(`The file of --out cannot be written (${error.code ?? 'error'}).`, {
    exitCode: EXIT.unexpected,
    code: 'OUTPUT_FAILED',
    remedy: 'Look at the folder, its rights and the room on the disk. What is there is gone on with.',
  });
}

function writtenByAnother(path: string): CliError {
  return new CliError('Another command has written to the same file.', {
    exitCode: EXIT.unexpected,
    code: 'OUTPUT_FAILED',
    remedy: `Delete ${partOf(path)} and export again, with one command at a time.`,
  });
}
