import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';

export interface WireRequest {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

/** A client that keeps all of an answer: status line, headers as they came, body. */
export class Wire {
  readonly #host: string;
  readonly #port: number;

  constructor(url: string) {
    const { hostname, port } = new URL(url);
    this.#host = hostname;
    this.#port = Number(port);
  }

  async send({ method, path, headers, body }: WireRequest): Promise<{ status: number; bytes: Buffer }> {
    const sent = request({
      host: this.#host,
      port: this.#port,
      method,
      path,
      headers: {
        connection: 'close',
        ...(body !== undefined && { 'content-length': String(Buffer.byteLength(body)) }),
        ...headers,
      },
    });
    sent.end(body);
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      sent.once('response', resolve);
      sent.on('error', reject);
    });
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk as Buffer);
    const head = `${response.statusCode} ${response.statusMessage}\n${response.rawHeaders.join('\n')}\n`;
    return { status: response.statusCode!, bytes: Buffer.concat([Buffer.from(head, 'latin1'), ...chunks]) };
  }

  /** Sends what may be no HTTP at all, and takes whatever comes back until the server hangs up. */
  async raw(text: string): Promise<Buffer> {
    const socket = connect(this.#port, this.#host);
    const chunks: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.on('error', () => undefined);
    socket.end(text);
    await once(socket, 'close');
    return Buffer.concat(chunks);
  }
}
