import { createHmac, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mask } from '@keyward/contracts';

/** One call as the vendor saw it. Its fingerprint is of this process alone, and equal for equal keys. */
export interface VendorCall {
  readonly caller: string;
  readonly mask: string;
  readonly fingerprint: string;
}

export interface FakeVendor {
  readonly url: string;
  close(): Promise<void>;
}

export interface FakeVendorOptions {
  /** @defaultValue any free one */
  readonly port?: number;
  readonly onCall?: (call: VendorCall) => void;
}

/**
 * A vendor on this machine: it takes any bearer key, and answers with what shows which one it was
 * sent. It knows nothing of Keyward, so what it says is what the worker really used.
 */
export async function startFakeVendor({ port = 0, onCall }: FakeVendorOptions = {}): Promise<FakeVendor> {
  const fingerprintKey = randomBytes(32);
  const server = createServer((request, response) => {
    const key = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1];
    if (key === undefined) return answer(response, 401, { error: 'Send a key: Authorization: Bearer <key>' });
    const fingerprint = createHmac('sha256', fingerprintKey).update(key).digest('hex').slice(0, 12);
    const seen = { mask: mask(key), fingerprint };
    onCall?.({ caller: callerOf(request), ...seen });
    answer(response, 200, seen);
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function callerOf({ headers }: IncomingMessage): string {
  return headers['user-agent'] ?? '';
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
