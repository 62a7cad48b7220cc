import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { FaultProxy } from './fault-proxy.js';
import { closeServer, listenOnLoopback } from './loopback-server.js';

describe('FaultProxy', () => {
  /** What the server was sent, over all connections. */
  let asked: string;
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => {
      asked += chunk.toString();
      socket.write(chunk.toString().toUpperCase());
    });
  });
  let proxy: FaultProxy;
  let clients: Client[];

  beforeEach(async () => {
    asked = '';
    clients = [];
    proxy = await FaultProxy.start(await listenOnLoopback(server));
  });

  afterEach(async () => {
    for (const { socket } of clients) socket.destroy();
    await proxy.close();
    await closeServer(server);
  });

  const open = async (): Promise<Client> => {
    const client = new Client(connect(proxy.port, '127.0.0.1'));
    clients.push(client);
    await once(client.socket, 'connect');
    return client;
  };

  const talking = async (): Promise<Client> => {
    const client = await open();
    await client.ask('hello', 'HELLO');
    return client;
  };

  /** Long enough for what is not held back to come through; only for what must not come. */
  const aWhile = () => new Promise((resolve) => setTimeout(resolve, 100));

  it('passes what is said, and the end of it', async () => {
    const client = await talking();
    client.socket.end();
    expect(await client.ended).toBe('ended');
  });

  it('resets and refuses when it is down, and is back at the same address', async () => {
    const client = await talking();
    await proxy.down();
    expect(await client.ended).toBe('ECONNRESET');
    await expect(open()).rejects.toThrow('ECONNREFUSED');
    await proxy.heal();
    await talking();
  });

  it('resets those who are there, and lets them back in', async () => {
    const client = await talking();
    proxy.reset();
    expect(await client.ended).toBe('ECONNRESET');
    await talking();
  });

  it('keeps connections open in a freeze, lets nothing through, and brings it late', async () => {
    const client = await talking();
    await proxy.freeze();
    const late = await open();
    for (const each of [client, late]) each.socket.write('are you there?');
    await aWhile();
    expect([asked, client.heard, late.heard]).toEqual(['hello', 'HELLO', '']);
    await proxy.heal();
    await client.hears('HELLOARE YOU THERE?');
    await late.hears('ARE YOU THERE?');
  });

  it.each([
    ['requests', 'hello'],
    ['replies', 'hello, you'],
  ] as const)('freezes %s alone', async (direction, reaches) => {
    const client = await talking();
    await proxy.freeze([direction]);
    client.socket.write(', you');
    await aWhile();
    expect([asked, client.heard]).toEqual([reaches, 'HELLO']);
    await proxy.heal();
    await client.hears('HELLO, YOU');
  });

  it('brings everything later, and nothing overtakes it when it is healed', async () => {
    const client = await talking();
    await proxy.delay(50);
    const asked = performance.now();
    await client.ask('1', 'HELLO1');
    // A timer may fire a little early.
    expect(performance.now() - asked).toBeGreaterThan(90);
    client.socket.write('2');
    await new Promise((resolve) => setTimeout(resolve, 10));
    await proxy.heal();
    await client.ask('3', 'HELLO123');
  });

  it('loses the reply to a certain request and cuts its connection, after the server has got it', async () => {
    const [client, other] = [await talking(), await talking()];
    const lost = proxy.loseReplyTo('OrgKeySet');
    await client.ask('ProjectKeySet', 'HELLOPROJECTKEYSET');
    client.socket.write('OrgKeySet');
    await lost;
    expect(await client.ended).toBe('ECONNRESET');
    expect([asked, client.heard]).toEqual(['hellohelloProjectKeySetOrgKeySet', 'HELLOPROJECTKEYSET']);
    await other.ask('OrgKeySet', 'HELLOORGKEYSET');
  });
});

class Client {
  heard = '';
  /** "ended", or the code of the error. */
  readonly ended: Promise<string>;

  constructor(readonly socket: Socket) {
    socket.on('data', (chunk: Buffer) => (this.heard += chunk.toString()));
    this.ended = new Promise((resolve) => {
      socket.on('end', () => resolve('ended'));
      socket.on('error', ({ code }: NodeJS.ErrnoException) => resolve(code ?? ''));
    });
  }

  async ask(text: string, heard: string): Promise<void> {
    this.socket.write(text);
    await this.hears(heard);
  }

  async hears(text: string): Promise<void> {
    while (this.heard !== text) await once(this.socket, 'data');
  }
}
