import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** What a raw connection tells. */
export interface RawGrpcListener {
  /** Bytes of a message (its five bytes of head included), as one HTTP/2 frame brought them. */
  data(streamId: number, payload: Buffer): void;
  /** The server ended the stream. */
  end(streamId: number): void;
}

export interface RawGrpcHeaders {
  /** `/keyward.v1.EffectiveKeys/Lookup` */
  readonly path: string;
  readonly token: string;
}

const HEAD_BYTES = 9;
const DATA = 0;
const HEADERS = 1;
const SETTINGS = 4;
const PING = 6;
const GOAWAY = 7;
const WINDOW_UPDATE = 8;
const RST_STREAM = 3;
const END_STREAM = 0x1;
const ACK = 0x1;
const END_HEADERS = 0x4;
const LARGEST_WINDOW = 0x7fff_ffff;
const FIRST_WINDOW = 65_535;
const GIVE_BACK_BYTES = 1 << 24;

/**
 * A gRPC connection that does next to nothing: frames are written as prepared bytes, and of what comes
 * only the heads of the frames are looked at. A client of grpc-js takes three times the server's time, so
 * that with it one measures the client; this one takes a tenth, so that the server is what is measured.
 */
export class RawGrpcConnection {
  readonly #socket: Socket;
  readonly #listener: RawGrpcListener;
  readonly #firstHeaders: Buffer;
  #nextStreamId = 1;
  #rest: Buffer = Buffer.alloc(0);
  #unreturned = 0;
  #closing = false;

  private constructor(socket: Socket, headers: RawGrpcHeaders, listener: RawGrpcListener) {
    this.#socket = socket;
    this.#listener = listener;
    this.#firstHeaders = headersBlock(headers);
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
    socket.on('error', (error) => this.#fail(error.message));
    socket.on('close', () => this.#fail('it was closed'));
  }

  /** @param target `host:port`. All requests have the same headers. */
  static async open(
    target: string,
    headers: RawGrpcHeaders,
    listener: RawGrpcListener,
  ): Promise<RawGrpcConnection> {
    const [host, port] = target.split(':');
    const socket = connect({ host: host!, port: Number(port), noDelay: true });
    await once(socket, 'connect');
    const connection = new RawGrpcConnection(socket, headers, listener);
    socket.write(
      Buffer.concat([
        Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
        frame(SETTINGS, 0, 0, Buffer.concat([setting(2, 0), setting(4, LARGEST_WINDOW)])),
        frame(WINDOW_UPDATE, 0, 0, uint32(LARGEST_WINDOW - FIRST_WINDOW)),
      ]),
    );
    return connection;
  }

  /** Sends requests, each on a stream of its own; the ids go up by two. @returns the first one's id. */
  send(messages: readonly Buffer[]): number {
    const first = this.#nextStreamId;
    const parts: Buffer[] = [];
    for (const message of messages) {
      const id = this.#nextStreamId;
      this.#nextStreamId += 2;
      const block = id === 1 ? this.#firstHeaders : KNOWN_HEADERS;
      parts.push(frame(HEADERS, END_HEADERS, id, block), frame(DATA, END_STREAM, id, message));
    }
    this.#socket.write(Buffer.concat(parts));
    return first;
  }

  close(): void {
    this.#closing = true;
    this.#socket.destroy();
  }

  #read(chunk: Buffer): void {
    let input = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    while (input.length >= HEAD_BYTES) {
      const end = HEAD_BYTES + input.readUIntBE(0, 3);
      if (input.length < end) break;
      this.#take(input, end);
      input = input.subarray(end);
    }
    this.#rest = input;
    if (this.#unreturned >= GIVE_BACK_BYTES) {
      this.#socket.write(frame(WINDOW_UPDATE, 0, 0, uint32(this.#unreturned)));
      this.#unreturned = 0;
    }
  }

  #take(input: Buffer, end: number): void {
    const type = input[3]!;
    const flags = input[4]!;
    const streamId = input.readUInt32BE(5);
    if (type === DATA) {
      this.#unreturned += end - HEAD_BYTES;
      this.#listener.data(streamId, input.subarray(HEAD_BYTES, end));
    } else if (type !== HEADERS) {
      return this.#control(type, flags, input.subarray(HEAD_BYTES, end));
    }
    if ((flags & END_STREAM) !== 0) this.#listener.end(streamId);
  }

  #control(type: number, flags: number, payload: Buffer): void {
    if (type === RST_STREAM || type === GOAWAY) this.#fail('the server broke it off');
    if ((flags & ACK) !== 0) return;
    if (type === SETTINGS) this.#socket.write(frame(SETTINGS, ACK, 0, Buffer.alloc(0)));
    if (type === PING) this.#socket.write(frame(PING, ACK, 0, payload));
  }

  #fail(reason: string): void {
    if (!this.#closing) throw new Error(`A raw gRPC connection failed: ${reason}.`);
  }
}

/** A message as gRPC frames it: not compressed, its length, its bytes. */
export function framed(message: Buffer): Buffer {
  return Buffer.concat([Buffer.from([0]), uint32(message.length), message]);
}

/**
 * The headers as HPACK literals that are put into the server's table, newest first: afterwards one byte
 * names each, as any HTTP/2 client does it.
 */
function headersBlock({ path, token }: RawGrpcHeaders): Buffer {
  return Buffer.concat([
    METHOD_AND_SCHEME,
    literal(':path', path),
    literal(':authority', 'bench'),
    literal('content-type', 'application/grpc'),
    literal('te', 'trailers'),
    literal('authorization', `Bearer ${token}`),
  ]);
}

/** `:method: POST` and `:scheme: http` in HPACK's static table. */
const METHOD_AND_SCHEME = Buffer.from([0x83, 0x86]);
/** The same, and the five that {@link headersBlock} put into the dynamic table, which begins at 62. */
const KNOWN_HEADERS = Buffer.from([0x83, 0x86, 0x80 | 66, 0x80 | 65, 0x80 | 64, 0x80 | 63, 0x80 | 62]);

function literal(name: string, value: string): Buffer {
  return Buffer.concat([Buffer.from([0x40]), text(name), text(value)]);
}

/** A string literal without Huffman coding; its length is an integer with a prefix of seven bits. */
function text(value: string): Buffer {
  const bytes = Buffer.from(value, 'latin1');
  const head: number[] = [];
  let rest = bytes.length;
  if (rest < 127) head.push(rest);
  else {
    head.push(127);
    for (rest -= 127; rest >= 128; rest >>>= 7) head.push((rest & 127) | 128);
    head.push(rest);
  }
  return Buffer.concat([Buffer.from(head), bytes]);
}

function frame(type: number, flags: number, streamId: number, payload: Buffer): Buffer {
  const bytes = Buffer.allocUnsafe(HEAD_BYTES + payload.length);
  bytes.writeUIntBE(payload.length, 0, 3);
  bytes[3] = type;
  bytes[4] = flags;
  bytes.writeUInt32BE(streamId, 5);
  payload.copy(bytes, HEAD_BYTES);
  return bytes;
}

function setting(id: number, value: number): Buffer {
  const bytes = Buffer.alloc(6);
  bytes.writeUInt16BE(id, 0);
  bytes.writeUInt32BE(value, 2);
  return bytes;
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
