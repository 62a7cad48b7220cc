import { Agent, request } from 'node:http';

export interface HttpRequest {
  readonly method: string;
  readonly path: string;
  readonly token: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: object;
}

export interface HttpAnswer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

/** A client that never repeats a request by itself. */
export class HttpClient {
  private readonly agent = new Agent({ keepAlive: true });

  private sent = 0;

  private readonly ports: readonly number[];

  /** @param ports of the copies of one server, which are taken in turn */
  constructor(...ports: readonly number[]) {
    this.ports = ports;
  }

  /** Rejects with the socket's error when there was no whole answer. */
  send({ method, path, token, headers, body }: HttpRequest): Promise<HttpAnswer> {
    const text = body && JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const sent = request({
        host: '127.0.0.1',
        port: this.ports[this.sent++ % this.ports.length],
        agent: this.agent,
        method,
        path,
        headers: {
          authorization: `Bearer ${token}`,
          // Node frames the body of a DELETE only when its length is given.
          ...(text !== undefined && {
            'content-type': 'application/json',
            'content-length': String(Buffer.byteLength(text)),
          }),
          ...headers,
        },
      });
      sent.on('error', reject);
      sent.on('response', (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          // An answer that the death of the server cut off was not received.
          if (!response.complete) return reject(new Error('the answer is incomplete'));
          const answer = JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>;
          resolve({ status: response.statusCode!, body: answer });
        });
      });
      sent.end(text);
    });
  }

  /** As {@link send}, for a request that must be answered with success. */
  async must(request: HttpRequest): Promise<Record<string, unknown>> {
    const { status, body } = await this.send(request);
    if (status >= 300) throw new Error(`${request.method} ${request.path}: ${JSON.stringify(body)}`);
    return body;
  }

  close(): void {
    this.agent.destroy();
  }
}
