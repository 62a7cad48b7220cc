import { Buffer } from 'node:buffer';
import { createLogger, type LoggerSettings } from './logger.js';

function logWith(settings: Partial<LoggerSettings> = {}, isTTY = false) {
  const lines: string[] = [];
  const output = { write: (line: string) => lines.push(line), isTTY };
  const logger = createLogger({ KEYWARD_LOG_LEVEL: 'info', KEYWARD_LOG_FORMAT: 'json', ...settings }, output);
  return { logger, lines, last: () => JSON.parse(lines.at(-1)!) as Record<string, unknown> };
}

const JWT = 'eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJlLWJ5dGVz';

describe('createLogger', () => {
  it('writes one JSON line with time, level, context, sentence and fields', () => {
    const { logger, lines, last } = logWith();
    logger.warn('Something happened', { attempt: 3, at: new Date(0), size: 12n }, 'projector');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/\n$/);
    expect(last()).toEqual({
      level: 'warn',
      time: expect.stringMatching(/^\d{4}-.*Z$/) as string,
      context: 'projector',
      attempt: 3,
      at: '1970-01-01T00:00:00.000Z',
      size: '12',
      msg: 'Something happened',
    });
  });

  it("leaves Nest's account of its own start to debug", () => {
    const { logger, lines } = logWith();
    logger.log('RootModule dependencies initialized', 'InstanceLoader');
    logger.error('the same sentence that main says', 'ExceptionHandler');
    logger.log('Listening', 'api');
    expect(lines).toHaveLength(1);
  });

  it('keeps quiet below its level', () => {
    const { logger, lines } = logWith({ KEYWARD_LOG_LEVEL: 'warn' });
    logger.log('not this');
    logger.error('but this');
    expect(lines).toHaveLength(1);
  });

  it('lets only name, code, message and causes of an error through', () => {
    const { logger, last, lines } = logWith();
    const cause = Object.assign(new Error('refused'), {
      code: 'ECONNREFUSED',
      request: { body: 'planted-body' },
    });
    const error = Object.assign(new TypeError('failed', { cause }), {
      headers: { authorization: 'planted-header' },
    });
    logger.error('A sentence', error, 'context');
    expect(last()['err']).toEqual({
      name: 'TypeError',
      message: 'failed',
      cause: { name: 'Error', message: 'refused', code: 'ECONNREFUSED' },
    });
    expect(lines.join('')).not.toContain('planted');
  });

  it('shows stacks at debug only', () => {
    const quiet = logWith();
    quiet.logger.error(new Error('x'), 'Error: x\n    at somewhere.js:1', 'context');
    expect(quiet.lines[0]).not.toContain('at somewhere');
    const chatty = logWith({ KEYWARD_LOG_LEVEL: 'debug' });
    chatty.logger.error('x', new Error('x'));
    expect(chatty.last()['err']).toMatchObject({ stack: expect.stringContaining('logger.spec') as string });
  });

  it.each([
    'authorization',
    'Cookie',
    'apiKey',
    'api_key',
    'clientSecret',
    'password',
    'refreshToken',
    'key',
    'privateKey',
  ])('redacts a field named %s at any depth', (name) => {
    const { logger, lines } = logWith();
    logger.log('x', { outer: { list: [{ [name]: 'planted-value' }] }, [name]: 'planted-value' });
    expect(lines[0]).toContain('[redacted]');
    expect(lines[0]).not.toContain('planted');
  });

  it('prints bytes as their number and never as their content', () => {
    const { logger, lines, last } = logWith();
    logger.log('x', { payload: Buffer.from('planted') });
    expect(last()['payload']).toBe('[7 bytes]');
    expect(lines[0]).not.toContain(Buffer.from('planted').toString('base64'));
  });

  it('believes a type that says how it is printed', () => {
    const { logger, last } = logWith();
    logger.log('x', { value: { hidden: 'planted', toJSON: () => '[secret]' } });
    expect(last()['value']).toBe('[secret]');
  });

  it('survives circular objects', () => {
    const circular: Record<string, unknown> = {};
    circular['self'] = circular;
    const { logger, lines } = logWith();
    logger.log('x', circular);
    expect(lines).toHaveLength(1);
  });

  it.each([
    ['a JWT', `token ${JWT} was refused`, JWT],
    ['a JWT cut short', `eyJhbGciOiJFZERTQSJ9.eyJzdWIi`, 'eyJ'],
    ['a bearer header', 'Authorization: Bearer abc.DEF-123_456', 'abc.DEF'],
    ['a vendor key', 'bad key sk-proj-abcdefghijklmnopqrstuvwxyz', 'abcdefghijkl'],
    ['a password in an address', 'cannot reach redis://user:hunter2hunter2@host:6379', 'hunter2'],
  ])('takes %s out of a sentence, a field and an error', (_what, sentence, trace) => {
    const { logger, lines } = logWith();
    logger.log(sentence);
    logger.log('x', { note: sentence });
    logger.log('x', new Error(sentence));
    expect(lines).toHaveLength(3);
    expect(lines.join('')).not.toContain(trace);
    for (const line of lines) expect(() => JSON.parse(line) as unknown).not.toThrow();
  });

  it('leaves ordinary sentences alone', () => {
    const { logger, last } = logWith();
    logger.log('Bearer tokens are checked by key id k-123 at https://host:8443/x@y');
    expect(last()['msg']).toBe('Bearer tokens are checked by key id k-123 at https://host:8443/x@y');
  });

  it('writes for people on a terminal, scrubbed as well', () => {
    const { logger, lines } = logWith({ KEYWARD_LOG_FORMAT: 'auto' }, true);
    logger.warn(`Refused ${JWT}`, { port: 8080 }, new Error('why'), 'api');
    // eslint-disable-next-line no-control-regex -- colours are control characters
    const plain = lines[0]!.replace(/\x1b\[\d+m/g, '');
    expect(plain).toMatch(
      /^\d\d:\d\d:\d\d\.\d{3} WARN {2}\[api\] Refused \[token\] port=8080\n {4}Error: why\n$/,
    );
  });

  it('writes JSON where there is no terminal', () => {
    const { logger, last } = logWith({ KEYWARD_LOG_FORMAT: 'auto' });
    logger.log('x');
    expect(last()['msg']).toBe('x');
  });
});
