import { ERROR_CODES, type ErrorCode } from './error-codes.js';
import { decodeErrorInfo, encodeErrorInfo } from './error-info.js';

describe('The error details of a gRPC refusal', () => {
  it.each(Object.keys(ERROR_CODES) as ErrorCode[])('carry the code %s and its metadata', (code) => {
    const bytes = encodeErrorInfo(ERROR_CODES[code].grpc, 'A sentence.', code, { index: '3' });
    expect(decodeErrorInfo(bytes)).toEqual({ reason: code, metadata: { index: '3' } });
  });

  it('are as google.rpc.Status has them on the wire', () => {
    // Field 1 varint 5; field 2 "no"; field 3 an Any of ErrorInfo{reason: "KEY_NOT_SET", domain: "keyward"}.
    const info = Buffer.from('\n\x0bKEY_NOT_SET\x12\x07keyward');
    const url = 'type.googleapis.com/google.rpc.ErrorInfo';
    const any = Buffer.concat([
      Buffer.from([0x0a, url.length]),
      Buffer.from(url),
      Buffer.from([0x12, info.length]),
      info,
    ]);
    const status = Buffer.concat([
      Buffer.from([0x08, 5, 0x12, 2]),
      Buffer.from('no'),
      Buffer.from([0x1a, any.length]),
      any,
    ]);
    expect(encodeErrorInfo(5, 'no', 'KEY_NOT_SET', {}).toString('hex')).toBe(status.toString('hex'));
  });

  it('of another service are not taken for ours', () => {
    expect(decodeErrorInfo(new Uint8Array())).toBeUndefined();
  });
});
