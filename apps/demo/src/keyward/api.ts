import { DemoError } from '../demo-error.js';

export interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface Call {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  /** Below `/v1`. */
  readonly path: string;
  readonly body?: object;
  /** A version. */
  readonly ifMatch?: number;
}

const TIMEOUT_MS = 30_000;

/** Keyward's HTTP API as one person with a token uses it. */
export class Api {
  constructor(
    private readonly url: string,
    private readonly token: string,
  ) {}

  /** Whatever the answer is. @throws DemoError when there is none. */
  async ask({ method, path, body, ifMatch }: Call): Promise<Answer> {
    try {
      const response = await fetch(`${this.url}/v1${path}`, {
        method,
        headers: {
          authorization: `Bearer ${this.token}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(ifMatch === undefined ? {} : { 'if-match': `"${ifMatch}"` }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(TIMEOUT_MS),
        redirect: 'error',
      });
      return { status: response.status, body: (await response.json()) as Answer['body'] };
    } catch {
      // What was thrown may quote the request, and that holds a key.
      throw new DemoError(`Keyward at ${this.url} did not answer ${method} ${path}.`);
    }
  }

  /** An answer that does what was asked. @throws DemoError with what was answered instead. */
  async must(call: Call): Promise<Answer['body']> {
    const { status, body } = await this.ask(call);
    if (status < 300) return body;
    throw new DemoError(`${call.method} ${call.path} was refused (${problemIn(body)}).`);
  }
}

/** `CODE: sentence` */
export function problemIn({ code, detail }: Answer['body']): string {
  return `${String(code)}: ${String(detail)}`;
}
