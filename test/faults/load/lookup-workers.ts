import { Metadata, credentials, status, type MetadataOptions, type ServiceError } from '@grpc/grpc-js';
import {
  keywardGrpc,
  type Consistency,
  type EffectiveKeysClient,
  type LookupResponse__Output,
} from '@keyward/contracts';
import type { Random } from '../../support/random.js';
import type { SeenKey, SeenLookup } from '../checker/check-lookups.js';
import type { ProjectAddress } from '../checker/log-view.js';
import type { History } from './history.js';
import { ADDRESSES, type Tokens } from './world.js';

export interface LookupParts {
  readonly history: History;
  readonly lookupTarget: string;
  readonly random: Random;
  readonly tokens: Tokens;
}

/** "No answer now": expected of a server that dies. Whatever else is refused is a wrong answer. */
const NO_ANSWER: ReadonlySet<number> = new Set([
  status.UNAVAILABLE,
  status.DEADLINE_EXCEEDED,
  status.CANCELLED,
]);
const WORKERS = 4;
const DEADLINE_MS = 5_000;
/** The setting's default: whoever names no position asks for this. */
const STALENESS_BOUND_MS = 2_000;

/** Workers that look up all the time and keep what they were answered. */
export class LookupWorkers {
  readonly lookups: SeenLookup[] = [];
  readonly refusals: string[] = [];
  unavailable = 0;
  private readonly client: EffectiveKeysClient;

  constructor(private readonly parts: LookupParts) {
    this.client = new keywardGrpc.keyward.v1.EffectiveKeys(parts.lookupTarget, credentials.createInsecure(), {
      'grpc.initial_reconnect_backoff_ms': 100,
      'grpc.max_reconnect_backoff_ms': 200,
    });
  }

  async run(signal: AbortSignal): Promise<void> {
    const work = async (): Promise<void> => {
      while (!signal.aborted) await this.once();
    };
    await Promise.all(Array.from({ length: WORKERS }, work));
    this.client.close();
  }

  /** Every address, asked to be as fresh as the log, until there is an answer. */
  everything(): Promise<SeenLookup[]> {
    return Promise.all(ADDRESSES.map((address) => this.untilAnswered(address)));
  }

  close(): void {
    this.client.close();
  }

  private async untilAnswered(address: ProjectAddress): Promise<SeenLookup> {
    const request = { address, consistency: { fullyConsistent: true } };
    for (;;) {
      try {
        // Waits for a connection: the channel may still be in its pause after the last refused one.
        return await this.lookup(request, 0, { waitForReady: true });
      } catch (error) {
        if (!NO_ANSWER.has((error as ServiceError).code)) throw error;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
  }

  private async once(): Promise<void> {
    const { random, history } = this.parts;
    const { place, position } = history.acknowledgedTo;
    const address = random.pick(ADDRESSES);
    const level = position === '' ? 'none' : random.pick(['none', 'token', 'full'] as const);
    const consistency = {
      none: {},
      token: { atLeastAsFresh: position },
      full: { fullyConsistent: true },
    }[level];
    const token = level === 'none' ? history.acknowledgedBefore(STALENESS_BOUND_MS) : place;
    try {
      this.lookups.push(await this.lookup({ address, consistency }, token));
    } catch (error) {
      const { code, details } = error as ServiceError;
      if (!NO_ANSWER.has(code)) this.refusals.push(`${status[code]}: ${details}`);
      this.unavailable++;
      // Whoever gets no answer waits a little, or would only ask a dead server all the time.
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  private lookup(
    request: { readonly address: ProjectAddress; readonly consistency: Consistency },
    token: number,
    options: MetadataOptions = {},
  ): Promise<SeenLookup> {
    const { address } = request;
    const metadata = new Metadata(options);
    metadata.set('authorization', `Bearer ${this.parts.tokens.workers[address.organizationId]}`);
    const deadline = Date.now() + DEADLINE_MS;
    return new Promise((resolve, reject) => {
      this.client.lookup(request, metadata, { deadline }, (error, answer) => {
        if (error) return reject(error);
        resolve({
          address,
          token,
          place: this.parts.history.placeOf(answer!.position),
          answer: seenKey(answer!),
        });
      });
    });
  }
}

function seenKey({ key, notConfigured }: LookupResponse__Output): SeenKey {
  if (!key) {
    return { outcome: 'not_configured', reason: lower(notConfigured!.reason, 'REASON_') };
  }
  const { version, keyId, fingerprint } = key;
  const source = lower(key.source, 'SOURCE_');
  return { outcome: 'found', source, version, keyId, fingerprint, secret: key.secret.toString('utf8') };
}

function lower(name: string, prefix: string): string {
  return name.slice(prefix.length).toLowerCase();
}
