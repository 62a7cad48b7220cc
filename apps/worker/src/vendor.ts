import type { SecretValue } from '@keyward/client';
import type { VendorAnswer } from './worker-event.js';

const TIMEOUT_MS = 5_000;

/** Thrown when the vendor did not do what it was asked; its text holds no key. */
export class VendorError extends Error {
  constructor(
    readonly code: 'VENDOR_REFUSED' | 'VENDOR_UNREACHABLE',
    sentence: string,
  ) {
    super(sentence);
    this.name = 'VendorError';
  }
}

/** A third party that takes API keys as bearer credentials, as most do. */
export class Vendor {
  constructor(readonly url: string) {}

  /** @throws VendorError */
  async call(secret: SecretValue, caller: string): Promise<VendorAnswer> {
    const response = await this.#send(secret, caller);
    if (!response.ok)
      throw new VendorError('VENDOR_REFUSED', `The vendor answered with status ${response.status}.`);
    return (await response.json().catch(() => {
      throw new VendorError('VENDOR_REFUSED', 'The vendor answered with something that is no JSON.');
    })) as VendorAnswer;
  }

  async #send(secret: SecretValue, caller: string): Promise<Response> {
    try {
      return await fetch(new URL('/v1/whoami', this.url), {
        // The only place where the key is revealed: it goes into the request and is not kept.
        headers: { authorization: `Bearer ${secret.reveal()}`, 'user-agent': caller },
        signal: AbortSignal.timeout(TIMEOUT_MS),
        // Elsewhere the key must not go.
        redirect: 'error',
      });
    } catch {
      // What was thrown may quote the header.
      throw new VendorError('VENDOR_UNREACHABLE', 'The vendor cannot be reached.');
    }
  }
}
