import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * A port that is free now and that the system gives to nobody who asks for any port: for a process that
 * has to come back at the same address after its death.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    const server = createServer().listen(port, '127.0.0.1');
    try {
      await once(server, 'listening');
    } catch {
      continue;
    }
    server.close();
    await once(server, 'close');
    return port;
  }
}
