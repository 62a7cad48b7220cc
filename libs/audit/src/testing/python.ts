import { spawn } from 'node:child_process';
import { text as readText } from 'node:stream/consumers';

/** Runs python3, and fails with what to do where there is none. */
export async function python(args: readonly string[], input: string | Buffer = '') {
  const child = spawn('python3', args, { stdio: ['pipe', 'pipe', 'pipe'] });
  const missing = new Promise<never>((_, reject) =>
    child.on('error', () =>
      reject(
        new Error(
          'The second verifier is written in Python: install python3, 3.8 or newer, and put it on the path.',
        ),
      ),
    ),
  );
  const exit = new Promise<number | null>((resolve) => child.on('close', resolve));
  // It may end without reading.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const [stdout, stderr, code] = await Promise.race([
    Promise.all([readText(child.stdout), readText(child.stderr), exit]),
    missing,
  ]);
  return { stdout, stderr, code };
}
