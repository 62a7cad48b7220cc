import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEventStore, type RecordedEvent } from '@keyward/event-store';
import {
  InProcessKeks,
  Unsealer,
  type KeyEncryptionKeys,
  type KeySealed,
  type SealedKey,
} from '@keyward/sealing';

const FILES = ['keyward.db', 'keyward.db-wal', 'keyward.db-shm'];

/** What a copy of a data folder gives to somebody who has the key encryption keys too. */
export interface Plunder {
  readonly events: readonly RecordedEvent[];
  /** By keyId, what lies sealed in the log. */
  readonly sealed: ReadonlyMap<string, SealedKey>;
  /** By keyId, what opens. */
  readonly opened: ReadonlyMap<string, string>;
}

/** Takes a copy, of a running process's folder too, and opens all that opens. */
export async function plunder(dataDir: string, keks = keksOf(dataDir)): Promise<Plunder> {
  const copy = mkdtempSync(join(tmpdir(), 'keyward-plunder-'));
  try {
    for (const file of FILES.slice(0, 2))
      if (existsSync(join(dataDir, file))) cpSync(join(dataDir, file), join(copy, file));
    return await openAll(copy, keks);
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

/** Names of the log's files that hold any of these texts. */
export function filesHolding(dataDir: string, texts: readonly string[]): string[] {
  const patterns = texts.flatMap((text) => ['-e', text]);
  const files = FILES.map((file) => join(dataDir, file)).filter((file) => existsSync(file));
  const { stdout } = spawnSync('grep', ['-laF', ...patterns, ...files], { encoding: 'utf8' });
  return stdout.split('\n').filter((line) => line !== '');
}

/** The texts that make up a sealed key: whoever has none of them has nothing. */
export function textsOf({ wrappedDataKey, ciphertext, commitment, nonce, tag }: SealedKey): string[] {
  return [wrappedDataKey, ciphertext, commitment, nonce, tag];
}

async function openAll(dataDir: string, keks: KeyEncryptionKeys): Promise<Plunder> {
  const store = await openEventStore(`sqlite:${join(dataDir, 'keyward.db')}`);
  const unsealer = new Unsealer(keks);
  const events: RecordedEvent[] = [];
  const sealed = new Map<string, SealedKey>();
  const opened = new Map<string, string>();
  try {
    for await (const event of store.readAll()) {
      events.push(event);
      if (event.type !== 'KeySealed') continue;
      const { sealed: record, ...binding } = event.data as KeySealed['data'];
      sealed.set(binding.keyId, record);
      opened.set(binding.keyId, (await unsealer.unseal(record, binding)).reveal().toString());
    }
    return { events, sealed, opened };
  } finally {
    unsealer.clear();
    await store.close();
  }
}

function keksOf(dataDir: string): KeyEncryptionKeys {
  const { keys, current } = JSON.parse(readFileSync(join(dataDir, 'kek.json'), 'utf8')) as {
    keys: { id: string; key: string }[];
    current: string;
  };
  const raw = keys.map(({ id, key }) => ({ id, bytes: Buffer.from(key, 'base64') }));
  return new InProcessKeks(raw, current, 'the copy');
}
