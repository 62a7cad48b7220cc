import { Agent, request, type IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';

export interface RawCall {
  readonly method: string;
  /** Sent as it is: no client tidies it up. */
  readonly path: string;
  /** Name and value one after the other, so that a name can be sent twice. */
  readonly headers?: readonly string[];
  readonly body?: string;
  /** What the header Host says; where it is sent to, if left out. */
  readonly host?: string;
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

const AGENT = new Agent({ keepAlive: true, maxSockets: 16 });

/** One HTTP request, exactly as told. */
export async function rawCall(
  baseUrl: string,
  { method, path, headers = [], body, host: name }: RawCall,
): Promise<RawAnswer> {
  const { hostname, port, host } = new URL(baseUrl);
  const content =
    body === undefined
      ? // Or Node says of a POST that a body comes in chunks.
        ['Content-Length', '0']
      : ['Content-Type', 'application/json', 'Content-Length', String(Buffer.byteLength(body))];
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    request(
      { agent: AGENT, hostname, port, method, path, headers: ['Host', name ?? host, ...headers, ...content] },
      resolve,
    )
      .on('error', reject)
      .end(body);
  });
  return {
    status: response.statusCode!,
    headers: response.headers,
    text: await textOf(response),
  };
}

/** Of an answer that goes on for ever, what comes first. */
async function textOf(response: IncomingMessage): Promise<string> {
  if (response.headers['content-type'] !== 'text/event-stream')
    return (await buffer(response)).toString('utf8');
  for await (const first of response) return String(first);
  return '';
}

/** What an answer says, without what differs between any two: the time, and the id of the request. */
export function withoutIdentity({ status, headers, text }: RawAnswer): string {
  const { date: _date, 'x-request-id': id, ...others } = headers;
  return JSON.stringify([status, others, id === undefined ? text : text.replaceAll(String(id), '<id>')]);
}

/** Closes the connections that are kept for the next call. */
export function closeConnections(): void {
  AGENT.destroy();
}
