import { createKeywardClient, type KeywardClient } from '@keyward/client';
import type { Outcome } from '../checker/check-commands.js';
import { HttpClient, type HttpAnswer, type HttpRequest } from '../load/http-client.js';
import type { ClientParts } from '../load/clients.js';
import { KEY_MARK } from '../checker/key-bytes.js';
import type { PlannedCommand } from '../load/plan-command.js';
import { keyPath } from '../load/world.js';

/** A slot that the writers leave alone. */
export const PROBE_SLOT = { organizationId: 'alpha', projectId: 'one', integrationId: 'cohere' };
const REASON_CODES: ReadonlySet<unknown> = new Set(['UNAVAILABLE', 'STALE_READ_MODEL', 'DEADLINE_EXCEEDED']);

/** One answer to a write. */
export interface Written {
  /** Send it again with {@link Probe.again}. */
  readonly command: PlannedCommand;
  readonly outcome: Outcome;
  /** What was sent back; undefined when no whole answer came. */
  readonly answer: HttpAnswer | undefined;
}

/** A client that asks one thing at a time, in a slot of its own, so that its answers can be foretold. */
export class Probe {
  private readonly http: RememberingClient;
  private readonly worker: KeywardClient;
  private sets = 0;

  constructor(
    private readonly parts: ClientParts,
    httpPort: number,
  ) {
    this.http = new RememberingClient(httpPort);
    this.worker = createKeywardClient({
      target: parts.lookupTarget,
      tls: 'insecure',
      organizationId: PROBE_SLOT.organizationId,
      token: parts.tokens.workers[PROBE_SLOT.organizationId]!,
      cache: false,
      watch: false,
      deadlineMs: 5_000,
    });
  }

  /** Sets the next key. */
  async set(): Promise<Written> {
    const id = `probe-${++this.sets}`;
    const secret = `cohere-${id}-${KEY_MARK}`;
    const headers = { 'idempotency-key': id };
    const body = { secret, reason: id };
    const request = {
      method: 'PUT',
      path: keyPath(PROBE_SLOT),
      token: this.parts.tokens.owner,
      headers,
      body,
    };
    return this.send({ id, slot: PROBE_SLOT, kind: 'set', isWrong: false, outcomes: [], request, secret });
  }

  /** The same request once more. */
  async again({ command }: Written): Promise<Written> {
    return this.send(command);
  }

  /** The version that is effective; or why there is no answer now. @param position - at least as fresh as that */
  async lookUp(position?: string): Promise<number | string> {
    try {
      const answer = await this.worker.lookup(
        PROBE_SLOT,
        position === undefined ? {} : { consistency: { kind: 'at_least_as_fresh', position } },
      );
      return answer.outcome === 'found' ? answer.key.version : answer.reason;
    } catch (error) {
      const { code } = error as { code?: unknown };
      if (!REASON_CODES.has(code)) throw error;
      return String(code);
    }
  }

  close(): void {
    this.worker.close();
    this.http.close();
  }

  private async send(command: PlannedCommand): Promise<Written> {
    const outcome = await this.parts.history.send(command, this.http);
    return { command, outcome, answer: this.http.last };
  }
}

class RememberingClient extends HttpClient {
  last: HttpAnswer | undefined;

  override async send(request: HttpRequest): Promise<HttpAnswer> {
    this.last = undefined;
    return (this.last = await super.send(request));
  }
}
