import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { closeServer, listenOnLoopback } from './loopback-server.js';

export interface ProxiedRequest {
  readonly method: string;
  readonly path: string;
  /** JSON, or undefined. */
  readonly body: Record<string, unknown> | undefined;
}

export interface RecordingProxy {
  readonly url: string;
  readonly requests: readonly ProxiedRequest[];
  close(): Promise<void>;
}

/** Stands between a program and Keyward's HTTP API, writes down what is asked, and may ask something else instead. */
export async function startRecordingProxy(
  target: string,
  tamper: (request: ProxiedRequest) => Record<string, unknown> | undefined = ({ body }) => body,
): Promise<RecordingProxy> {
  const requests: ProxiedRequest[] = [];
  const pass = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const given = await text(incoming);
    const request = {
      method: incoming.method ?? 'GET',
      path: incoming.url ?? '/',
      body: given === '' ? undefined : (JSON.parse(given) as Record<string, unknown>),
    };
    requests.push(request);
    const body = tamper(request);
    const answer = await fetch(`${target}${request.path}`, {
      method: request.method,
      headers: passedOn(incoming),
      ...(body && { body: JSON.stringify(body) }),
    });
    outgoing.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' });
    outgoing.end(await answer.text());
  };
  const server = createServer((incoming, outgoing) => {
    pass(incoming, outgoing).catch(() => outgoing.writeHead(502).end());
  });
  const port = await listenOnLoopback(server);
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    close: async () => {
      const closed = closeServer(server);
      server.closeAllConnections();
      await closed;
    },
  };
}

/** What the demo sends and Keyward reads. */
function passedOn({ headers }: IncomingMessage): Record<string, string> {
  const names = ['authorization', 'if-match', 'content-type'];
  return Object.fromEntries(names.flatMap((name) => (headers[name] ? [[name, String(headers[name])]] : [])));
}
