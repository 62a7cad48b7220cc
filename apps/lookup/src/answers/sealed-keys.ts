import type { SealBinding, SealedKey, Unsealer } from '@keyward/sealing';
import type { UnreadableKeyAlarm } from './unreadable-key-alarm.js';

/** Opens sealed keys; one that does not open raises the alarm, whatever the reason. */
export class SealedKeys {
  constructor(
    private readonly unsealer: Unsealer,
    private readonly alarm: UnreadableKeyAlarm,
  ) {}

  /**
   * At once where the data key is at hand, else a promise. The caller owns and zeroes the bytes.
   * @throws KeywardError UNAVAILABLE, also by rejection.
   */
  open(sealed: SealedKey | null, binding: SealBinding): Buffer | Promise<Buffer> {
    if (sealed === null) throw this.alarm.raise(binding, undefined);
    try {
      return this.unsealer.unsealCached(sealed, binding)?.reveal() ?? this.#unwrapAndOpen(sealed, binding);
    } catch (error) {
      throw this.alarm.raise(binding, error);
    }
  }

  async #unwrapAndOpen(sealed: SealedKey, binding: SealBinding): Promise<Buffer> {
    try {
      return (await this.unsealer.unseal(sealed, binding)).reveal();
    } catch (error) {
      throw this.alarm.raise(binding, error);
    }
  }
}
