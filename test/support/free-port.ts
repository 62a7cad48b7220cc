import { createServer } from 'node:net';
import { closeServer, listenOnLoopback } from './loopback-server.js';

/**
 * A port that is free now and that the system gives to nobody who asks for any port: for a process that
 * has to come back at the same address after its death.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    const server = createServer();
    try {
      await listenOnLoopback(server, port);
    } catch {
      continue;
    }
    await closeServer(server);
    return port;
  }
}
