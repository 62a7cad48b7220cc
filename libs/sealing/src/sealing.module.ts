import { existsSync } from 'node:fs';
import { EventStore } from '@keyward/event-store';
import { Module, type DynamicModule } from '@nestjs/common';
import { keksFromEnvironment } from './kek/environment-keks.js';
import { openKekFile } from './kek/kek-file.js';
import { KeyEncryptionKeys } from './kek/key-encryption-keys.port.js';
import { openKeyring, recordedKeks } from './kek/open-keyring.js';
import { Sealer } from './sealer.js';
import { SealingError } from './sealing.errors.js';
import { Unsealer } from './unsealer.js';

export interface SealingOptions {
  /** `id:base64` list; undefined: the file. */
  readonly kek: string | undefined;
  readonly kekFile: string;
  /** Whether a first start may make the file: only where no other process could make another. */
  readonly createKekFile: boolean;
}

/** Provides {@link Sealer}, {@link Unsealer} and {@link KeyEncryptionKeys} everywhere; needs EventStore. */
@Module({})
export class SealingModule {
  static forRoot(options: SealingOptions): DynamicModule {
    const keks = {
      provide: KeyEncryptionKeys,
      inject: [EventStore],
      useFactory: (events: EventStore) => openKeyEncryptionKeys(events, options),
    };
    const sealer = {
      provide: Sealer,
      inject: [KeyEncryptionKeys],
      useFactory: (k: KeyEncryptionKeys) => new Sealer(k),
    };
    const unsealer = {
      provide: Unsealer,
      inject: [KeyEncryptionKeys],
      useFactory: (k: KeyEncryptionKeys) => new Unsealer(k),
    };
    return {
      module: SealingModule,
      global: true,
      providers: [keks, sealer, unsealer],
      exports: [keks, sealer, unsealer],
    };
  }
}

/**
 * The key encryption keys, compared with the log before anything is served.
 * @throws SealingError whose sentence names the id that is missing or wrong: the process must not start.
 */
export async function openKeyEncryptionKeys(
  events: EventStore,
  options: SealingOptions,
): Promise<KeyEncryptionKeys> {
  const recorded = await recordedKeks(events);
  const keks = await open(
    options,
    recorded.map(({ kekId }) => kekId),
  );
  await openKeyring(events, keks);
  return keks;
}

async function open(
  { kek, kekFile, createKekFile }: SealingOptions,
  needed: readonly string[],
): Promise<KeyEncryptionKeys> {
  if (kek !== undefined) return keksFromEnvironment(kek);
  try {
    return await openKekFile(kekFile, { createIfMissing: createKekFile && needed.length === 0 });
  } catch (error) {
    if (needed.length === 0) throw createKekFile ? error : explained(error, kekFile);
    const reason = error instanceof SealingError ? ` ${error.message}` : '';
    throw new SealingError(
      'UNKNOWN_KEK',
      `The event log is sealed under the key encryption key "${needed.join('", "')}", which is not at hand.${reason}`,
    );
  }
}

/** Where none has been made yet there is no backup to restore. */
function explained(error: unknown, kekFile: string): unknown {
  if (existsSync(kekFile)) return error;
  return new SealingError(
    'INVALID_KEK',
    `There is no key encryption key yet, neither in KEYWARD_KEK nor in ${kekFile}: make one, and give it to every process ` +
      'that needs it, as docs/processes.md tells. Several processes could each make another one, so none does.',
  );
}
