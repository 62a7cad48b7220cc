import { CliError, interruptedError, refusedByServer } from '../errors/cli-error.js';
import { EXIT } from '../errors/exit-codes.js';
import { readAnswer, refusalIn, type Json } from './api-answer.js';

export interface ApiRequest {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  /** Below `/`; each is escaped. Ids are checked before, as `..` would climb. */
  readonly path: readonly string[];
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly body?: Json;
  /** A version. */
  readonly ifMatch?: number | undefined;
  readonly idempotencyKey?: string | undefined;
  /** Besides 2xx, a status whose body is an answer. */
  readonly alsoGood?: number;
}

export interface ApiClientParts {
  readonly url: string;
  /** Undefined: without signing in. */
  readonly token: string | undefined;
  readonly interrupted: AbortSignal;
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 30_000;

/** The HTTP API as this command uses it. */
export class ApiClient {
  constructor(private readonly parts: ApiClientParts) {}

  /** @throws CliError whose exit code says what kind of failure it is. */
  async request(request: ApiRequest): Promise<Json> {
    const response = await this.send(request, AbortSignal.timeout(this.timeoutMs));
    const answer = await readAnswer(response).catch((error: unknown) => this.fail(error));
    if (answer !== undefined && (response.ok || response.status === request.alsoGood)) return answer;
    throw this.refused(response, answer);
  }

  /**
   * An answer of any length. It ends when nothing has come for as long as an answer may take.
   * @throws CliError like {@link request}, also from the bytes
   */
  async stream(
    request: ApiRequest,
  ): Promise<{ readonly headers: Headers; readonly bytes: AsyncGenerator<Buffer> }> {
    const idle = new IdleLimit(this.timeoutMs);
    const response = await this.send(request, idle.signal).finally(() => idle.stop());
    if (response.ok && response.body) {
      return { headers: response.headers, bytes: this.bytesOf(response.body, idle) };
    }
    throw this.refused(response, await readAnswer(response).catch((error: unknown) => this.fail(error)));
  }

  private async *bytesOf(body: ReadableStream<Uint8Array>, idle: IdleLimit): AsyncGenerator<Buffer> {
    const reader = body.getReader();
    try {
      for (;;) {
        idle.start();
        const { done, value } = await reader.read().catch((error: unknown) => this.fail(error));
        idle.stop();
        if (done) return;
        yield Buffer.from(value.buffer, value.byteOffset, value.byteLength);
      }
    } finally {
      idle.stop();
      await reader.cancel().catch(() => undefined);
    }
  }

  private refused(response: Response, answer: Json | undefined): CliError {
    const refusal = refusalIn(answer, response.headers);
    return refusal ? refusedByServer(refusal) : this.notKeyward(response.status);
  }

  private get timeoutMs(): number {
    return this.parts.timeoutMs ?? TIMEOUT_MS;
  }

  private async send(request: ApiRequest, limit: AbortSignal): Promise<Response> {
    const { interrupted } = this.parts;
    try {
      return await fetch(this.address(request), {
        method: request.method,
        headers: this.headers(request),
        signal: AbortSignal.any([interrupted, limit]),
        // Elsewhere the token and the secret must not go.
        redirect: 'manual',
        ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
      });
    } catch (error) {
      return this.fail(error);
    }
  }

  private address({ path, query = {} }: ApiRequest): URL {
    const url = new URL(`${this.parts.url}/${path.map(encodeURIComponent).join('/')}`);
    for (const [name, value] of Object.entries(query))
      if (value !== undefined) url.searchParams.set(name, value);
    return url;
  }

  private headers({ body, ifMatch, idempotencyKey }: ApiRequest): Record<string, string> {
    const { token } = this.parts;
    return {
      accept: 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(ifMatch === undefined ? {} : { 'if-match': `"${ifMatch}"` }),
      ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
    };
  }

  /** The library's own texts are not passed on: some quote the request. */
  private fail(error: unknown): never {
    if (this.parts.interrupted.aborted) throw interruptedError();
    const { url } = this.parts;
    const isLate = error instanceof Error && error.name === 'TimeoutError';
    const sentence = isLate
      ? `Keyward at ${url} did not answer in time.`
      : `Keyward cannot be reached at ${url}${why(error)}.`;
    throw new CliError(sentence, {
      exitCode: EXIT.unavailable,
      code: isLate ? 'TIMEOUT' : 'UNREACHABLE',
      remedy: 'Start it with `npm start`, or say where it is with --url or KEYWARD_URL.',
    });
  }

  private notKeyward(status: number): CliError {
    const isGateway = status >= 502 && status <= 504;
    return new CliError(`What answers at ${this.parts.url} (HTTP ${status}) does not answer like Keyward.`, {
      exitCode: isGateway ? EXIT.unavailable : EXIT.unexpected,
      code: 'UNEXPECTED_ANSWER',
      remedy: 'Check --url or KEYWARD_URL, and what stands between here and Keyward.',
    });
  }
}

/** Aborts like a timeout when it is not stopped in time. */
class IdleLimit {
  private readonly abort = new AbortController();
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly ms: number) {
    this.start();
  }

  get signal(): AbortSignal {
    return this.abort.signal;
  }

  start(): void {
    const error = new DOMException('Nothing came in time.', 'TimeoutError');
    this.timer = setTimeout(() => this.abort.abort(error), this.ms);
  }

  stop(): void {
    clearTimeout(this.timer);
  }
}

function why(error: unknown): string {
  const code = (error as { readonly cause?: { readonly code?: unknown } } | undefined)?.cause?.code;
  return typeof code === 'string' && /^[A-Z_0-9]{1,40}$/.test(code) ? ` (${code})` : '';
}
