import {
  headHash,
  isOfLog,
  leafHash,
  signatureFault,
  signedHeadIn,
  verifyConsistency,
  verifyInclusion,
  type Head,
  type SignedHead,
  type TrustedKeys,
} from '@keyward/audit';
import type { Json } from '../../connection/api-answer.js';
import type { ApiClient } from '../../connection/api-client.js';
import { CliError } from '../../errors/cli-error.js';
import { EXIT } from '../../errors/exit-codes.js';

/** Heads that the API gives at once. */
const PAGE = 500;

interface Inclusion {
  readonly index: number;
  readonly size: number;
  readonly line: string;
  readonly proof: readonly string[];
}

interface Page {
  readonly items: readonly Json[];
  readonly next?: string;
}

/** One of the two. */
export interface WantedEvent {
  readonly index?: number;
  readonly position?: string;
}

export interface ProvedEvent {
  readonly index: number;
  /** As an export has it. */
  readonly event: Json;
}

/** One audit log as the API gives it, of which nothing is believed that was not verified. */
export class AuditLogClient {
  constructor(
    private readonly api: ApiClient,
    /** Null: the platform's. */
    private readonly org: string | null,
    /** Undefined: signatures are not looked at. */
    private readonly trusted: TrustedKeys | undefined,
  ) {}

  /** The head of all that is in the log now. */
  async head(): Promise<SignedHead> {
    return this.checked(await this.read(['head']));
  }

  /** The chain, or what comes after one of its heads; each linked to the one before. @throws CliError NOT_VERIFIED */
  async *chain(from?: { readonly after: number; readonly previous: Head }): AsyncGenerator<SignedHead> {
    let last = from?.previous ?? null;
    let next = from && String(from.after);
    do {
      const page = (await this.read(['heads'], { limit: String(PAGE), after: next })) as unknown as Page;
      for (const item of page.items) {
        const signed = this.checked(item);
        this.checkLink(signed.head, last);
        yield signed;
        last = signed.head;
      }
      next = page.next;
    } while (next !== undefined);
  }

  /** @throws CliError NOT_VERIFIED unless the newer head is of a log that begins with that of the older */
  async checkContinues(older: Head, newer: Head): Promise<void> {
    if (!isOfLog(older, newer)) throw notVerified('The heads are of two logs.');
    if (older.size > newer.size)
      throw notVerified(`The log has ${newer.size} events; a head of ${older.size} was saved.`);
    if (older.size === 0) return;
    const query = { first: String(older.size), second: String(newer.size) };
    const { proof } = (await this.read(['proofs', 'consistency'], query)) as {
      readonly proof: readonly string[];
    };
    const claim = {
      firstSize: older.size,
      firstRootHash: bytes(older.rootHash),
      size: newer.size,
      rootHash: bytes(newer.rootHash),
    };
    if (!verifyConsistency(claim, proof.map(bytes)))
      throw notVerified(`The log does not begin with the ${older.size} events of the head that was saved.`);
  }

  /** The event, and that it is in the log that the head is of. @throws CliError NOT_VERIFIED */
  async prove(wanted: WantedEvent, head: Head): Promise<ProvedEvent> {
    const { position } = wanted;
    const query = { index: wanted.index?.toString(), position, size: String(head.size) };
    const { index, size, line, proof } = (await this.read(
      ['proofs', 'inclusion'],
      query,
    )) as unknown as Inclusion;
    const claim = { index, size: head.size, leafHash: leafHash(line), rootHash: bytes(head.rootHash) };
    if (size !== head.size || !verifyInclusion(claim, proof.map(bytes)))
      throw notVerified('The event is not in the log that the head is of.');
    const { event } = JSON.parse(line) as { readonly event: { readonly [field: string]: Json } };
    if (index !== (wanted.index ?? index) || event['position'] !== (position ?? event['position']))
      throw notVerified('The event is another one than was asked for.');
    return { index, event };
  }

  private checked(answer: Json): SignedHead {
    const signed = signedHeadIn(answer);
    if (!signed) throw notVerified('What Keyward answered is no head.');
    if (signed.head.organizationId !== this.org) throw notVerified('The head is of another log.');
    const fault = this.trusted && signatureFault(signed, this.trusted);
    if (fault) throw notVerified(fault.detail);
    return signed;
  }

  private checkLink(head: Head, last: Head | null): void {
    if (head.previousHeadHash !== (last && headHash(last)))
      throw notVerified(`The head of ${head.size} events does not follow the one before it.`);
  }

  private read(
    path: readonly string[],
    query: Readonly<Record<string, string | undefined>> = {},
  ): Promise<Json> {
    const log = this.org === null ? ['v1', 'audit'] : ['v1', 'organizations', this.org, 'audit'];
    return this.api.request({ method: 'GET', path: [...log, ...path], query });
  }
}

export function notVerified(sentence: string): CliError {
  return new CliError(sentence, {
    exitCode: EXIT.notVerified,
    code: 'NOT_VERIFIED',
    remedy:
      'The audit log was altered, or what you compare it with is of another Keyward: keep both, and look into it.',
  });
}

function bytes(hex: string): Buffer {
  return Buffer.from(hex, 'hex');
}
