import { Metadata } from '@grpc/grpc-js';
import { KeywardClientError, KeywardUnavailableError } from '../client.errors.js';

/** A worker's JWT, or where to get one. It is asked for at first use and when the server refuses the last. */
export type TokenProvider = string | (() => string | Promise<string>);

const TOKEN = /^[\x21-\x7e]+$/;

/** The worker's token as call metadata, kept until the server refuses it. */
export class TokenSource {
  readonly #provider: TokenProvider;
  #current: Metadata | undefined;
  #renewal: Promise<Metadata> | undefined;

  /** @throws KeywardClientError INVALID_REQUEST when a token is given that cannot be one. */
  constructor(provider: TokenProvider) {
    this.#provider = provider;
    if (typeof provider === 'string') this.#current = toMetadata(provider);
  }

  /** @returns rejects with KeywardUnavailableError TOKEN_UNAVAILABLE when `token()` fails. */
  current(): Metadata | Promise<Metadata> {
    return this.#current ?? this.#ask();
  }

  /** Another token than the one that was refused; undefined when there is no other. */
  async renew(refused: Metadata): Promise<Metadata | undefined> {
    if (typeof this.#provider === 'string') return undefined;
    if (this.#current === refused) this.#current = undefined;
    return this.current();
  }

  #ask(): Promise<Metadata> {
    this.#renewal ??= this.#fetch().finally(() => (this.#renewal = undefined));
    return this.#renewal;
  }

  async #fetch(): Promise<Metadata> {
    this.#current = toMetadata(await this.#provide());
    return this.#current;
  }

  async #provide(): Promise<string> {
    try {
      return typeof this.#provider === 'string' ? this.#provider : await this.#provider();
    } catch (cause) {
      throw new KeywardUnavailableError('TOKEN_UNAVAILABLE', 'token() failed; its error is the cause.', {
        cause,
      });
    }
  }
}

/** Checked here because gRPC's own error about a bad value has the value in it. */
function toMetadata(token: string): Metadata {
  const trimmed = typeof token === 'string' ? token.trim() : '';
  if (!TOKEN.test(trimmed)) {
    const rule = 'token must be a JWT: visible ASCII characters only, and not empty';
    throw new KeywardClientError('INVALID_REQUEST', rule, { metadata: { field: 'token' } });
  }
  const metadata = new Metadata();
  metadata.set('authorization', `Bearer ${trimmed}`);
  return metadata;
}
