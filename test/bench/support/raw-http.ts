import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

export interface HttpCall {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  readonly path: string;
  readonly token: string;
  readonly body?: object;
}

export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
}

/**
 * A connection of HTTP/1.1 that does next to nothing, one call at a time: a client of Node's own would take as much
 * of a processor as the server, so that with it one measures the client.
 */
export class RawHttpConnection {
  #received = '';
  #waiting: { resolve(answer: HttpAnswer): void; reject(error: Error): void } | undefined;

  private constructor(private readonly socket: Socket) {
    socket.setEncoding('latin1');
    socket.on('data', (chunk: string) => this.#read(chunk));
    socket.on('error', (error) => this.#waiting?.reject(error));
    socket.on('close', () => this.#waiting?.reject(new Error('The server closed the connection.')));
  }

  static async open(url: string): Promise<RawHttpConnection> {
    const { hostname, port } = new URL(url);
    const socket = connect({ host: hostname, port: Number(port), noDelay: true });
    await once(socket, 'connect');
    return new RawHttpConnection(socket);
  }

  /** @throws Error unless the answer is a success. */
  async call(call: HttpCall): Promise<string> {
    const answered = new Promise<HttpAnswer>((resolve, reject) => (this.#waiting = { resolve, reject }));
    this.socket.write(textOf(call));
    const { status, body } = await answered;
    if (status >= 300) throw new Error(`${call.method} ${call.path} answered ${status}: ${body}`);
    return body;
  }

  close(): void {
    this.#waiting = undefined;
    this.socket.destroy();
  }

  #read(chunk: string): void {
    this.#received += chunk;
    const headEnd = this.#received.indexOf('\r\n\r\n');
    if (headEnd < 0) return;
    const length = Number(/\r\ncontent-length: (\d+)/i.exec(this.#received)?.[1]);
    const bodyStart = headEnd + 4;
    if (this.#received.length < bodyStart + length) return;
    const answer = { status: Number(this.#received.slice(9, 12)), body: this.#received.slice(bodyStart) };
    this.#received = '';
    this.#waiting?.resolve(answer);
  }
}

function textOf({ method, path, token, body }: HttpCall): string {
  const json = body === undefined ? '' : JSON.stringify(body);
  const content =
    body === undefined
      ? ''
      : `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(json)}\r\n`;
  return `${method} ${path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer ${token}\r\n${content}\r\n${json}`;
}
