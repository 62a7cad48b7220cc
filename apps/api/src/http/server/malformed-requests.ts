import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { ERROR_CODES, KeywardError } from '@keyward/contracts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { PROBLEM_JSON, toProblem } from '../problems/problem.js';
import { sendProblem } from '../problems/send-problem.js';
import { SECURITY_HEADERS, setSecurityHeaders } from './security-headers.js';

/** For the server's constructor: how to answer what never becomes a request that hooks and filters see. */
export const MALFORMED_REQUESTS = { frameworkErrors: answerBadAddress, clientErrorHandler: answerNoHttp };

/** An address that cannot be decoded, or is too long. The framework's own answer would quote it. */
function answerBadAddress(error: Error, request: FastifyRequest, reply: FastifyReply): void {
  setSecurityHeaders(request, reply);
  sendProblem(error, request, reply);
}

const BY_CODE: Readonly<Record<string, KeywardError>> = {
  HPE_HEADER_OVERFLOW: new KeywardError('HEADERS_TOO_LARGE', 'The headers are larger than 16 KiB.'),
  ERR_HTTP_REQUEST_TIMEOUT: new KeywardError('REQUEST_TIMEOUT', 'The request did not come whole in time.'),
};
const NO_HTTP = new KeywardError('INVALID_REQUEST', 'This is not a well-formed HTTP request.');

/** Bytes that are no HTTP, or more headers than are read; there is a socket and nothing else. */
function answerNoHttp(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code !== 'ECONNRESET' && socket.writable) {
    socket.write(responseTo(BY_CODE[error.code ?? ''] ?? NO_HTTP));
  }
  socket.destroy();
}

function responseTo(error: KeywardError): string {
  const requestId = randomUUID();
  const { http: status } = ERROR_CODES[error.code];
  const body = JSON.stringify(toProblem(error, requestId));
  const headers = {
    ...SECURITY_HEADERS,
    'X-Request-Id': requestId,
    'Cache-Control': 'no-store',
    'Content-Type': PROBLEM_JSON,
    'Content-Length': String(Buffer.byteLength(body)),
    Connection: 'close',
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return [`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...lines, '', body].join('\r\n');
}
