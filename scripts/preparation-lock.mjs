// One process at a time installs and compiles: `npm run start:api` and its likes are often started together.
import { createHash } from 'node:crypto';
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 200;
const REMINDER_MS = 10_000;

/**
 * Does the work while no other process does it for this folder. Whoever died holding the lock is not waited for.
 * @param say told, once and every 10 s, whom this process waits for
 */
export async function alone(folder, work, say) {
  // Not in the folder itself, where an install empties node_modules and everything else is watched or committed.
  const lock = join(tmpdir(), `keyward-preparing-${hash(folder)}.lock`);
  await take(lock, say);
  try {
    return await work();
  } finally {
    rmSync(lock, { force: true });
  }
}

async function take(lock, say) {
  const mine = `${lock}.${process.pid}`;
  writeFileSync(mine, String(process.pid));
  try {
    for (let toldAt = -Infinity; !isTaken(mine, lock);) {
      const holder = holderOf(lock);
      if (holder === undefined) continue;
      if (!isAlive(holder)) {
        breakLock(lock);
        continue;
      }
      if (performance.now() - toldAt >= REMINDER_MS) {
        say(`Process ${holder} is preparing this folder: waiting for it (it left ${lock}) ...`);
        toldAt = performance.now();
      }
      await delay(POLL_MS);
    }
  } finally {
    rmSync(mine, { force: true });
  }
}

/** A link appears with its content, unlike a file that is created and then written. */
function isTaken(mine, lock) {
  try {
    linkSync(mine, lock);
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    return false;
  }
}

function holderOf(lock) {
  try {
    return Number(readFileSync(lock, 'utf8'));
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
    return undefined;
  }
}

/** Of several who find the lock dead one moves it away; who moved another one's by then puts that back. */
function breakLock(lock) {
  const moved = `${lock}.${process.pid}.dead`;
  try {
    renameSync(lock, moved);
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
    return;
  }
  if (isAlive(holderOf(moved))) isTaken(moved, lock);
  rmSync(moved);
}

function isAlive(pid) {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it is somebody else's.
    return error.code !== 'ESRCH';
  }
}

function hash(text) {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}
