import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Mutant } from './mutant.js';

/** The project as it lies there, changes not yet committed included, in a folder of its own where it may be broken. */
export class PrivateCopy {
  private constructor(readonly root: string) {}

  /** @param project its root, with everything installed */
  static of(project: string): PrivateCopy {
    const root = mkdtempSync(join(tmpdir(), 'keyward-mutants-'));
    const list = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
    const files = execFileSync('git', list, { cwd: project, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
    for (const file of files.split('\0')) {
      if (!file || !existsSync(join(project, file))) continue;
      mkdirSync(dirname(join(root, file)), { recursive: true });
      copyFileSync(join(project, file), join(root, file));
    }
    linkFolder(join(project, 'node_modules'), join(root, 'node_modules'));
    return new PrivateCopy(root);
  }

  /** @returns what puts the protection back */
  takeOut({ file, text, instead }: Mutant): () => void {
    const path = join(this.root, file);
    const whole = readFileSync(path, 'utf8');
    // A function, because a replacement text may hold `$&`.
    writeFileSync(
      path,
      whole.replace(text, () => instead),
    );
    return () => writeFileSync(path, whole);
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}

/** Packages are only read, so the copy shares their files. */
function linkFolder(from: string, to: string): void {
  mkdirSync(to);
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) linkFolder(source, target);
    else if (entry.isSymbolicLink()) symlinkSync(readlinkSync(source), target);
    else linkFile(source, target);
  }
}

function linkFile(source: string, target: string): void {
  try {
    linkSync(source, target);
  } catch {
    // The temporary folder is on another file system.
    copyFileSync(source, target);
  }
}
