import { resolve } from 'node:path';
import { SettingsError } from '@keyward/runtime';
import { failureOf } from '../testing/fake-environment.js';
import { toConnection } from './connection.js';

describe('The connection', () => {
  it('is to this machine when nothing is said', () => {
    expect(toConnection({}, {})).toEqual({
      url: 'http://127.0.0.1:8080',
      grpcTarget: '127.0.0.1:50051',
      grpcTls: false,
      dataDir: resolve('data'),
      tokenFile: undefined,
      token: undefined,
    });
  });

  it('is what the environment says, and before that what the options say', () => {
    const env = {
      KEYWARD_URL: 'https://a.example/keyward/',
      KEYWARD_GRPC: 'https://a.example:443',
      KEYWARD_DATA_DIR: '/srv/a',
      KEYWARD_TOKEN: 'token',
      KEYWARD_TOKEN_FILE: '/a/token',
    };
    expect(toConnection({}, env)).toEqual({
      url: 'https://a.example/keyward',
      grpcTarget: 'a.example:443',
      grpcTls: true,
      dataDir: '/srv/a',
      tokenFile: '/a/token',
      token: 'token',
    });
    const options = { url: 'http://b.example', grpc: 'b.example:1', data: '/srv/b', tokenFile: '/b/token' };
    expect(toConnection(options, env)).toMatchObject({
      url: 'http://b.example',
      grpcTarget: 'b.example:1',
      grpcTls: false,
      dataDir: '/srv/b',
      tokenFile: '/b/token',
    });
  });

  it("is not troubled by the server's settings in the same environment", () => {
    expect(() => toConnection({}, { KEYWARD_HTTP_PORT: '99999999' })).not.toThrow();
  });

  it.each([
    ['--url', { url: 'ftp://keyward.example' }],
    ['--url', { url: 'https://alice:sk-canary@keyward.example' }],
    ['--url', { url: 'https://keyward.example/?token=sk-canary' }],
    ['--grpc', { grpc: 'sk-canary' }],
    ['--grpc', { grpc: 'http://keyward.example:50051' }],
  ])('is refused by the name of the option: %s %j', async (name, options) => {
    const { message, exitCode } = await failureOf(() => toConnection(options, {}));
    expect(exitCode).toBe(2);
    expect(message).toContain(`${name} must be`);
    expect(message).not.toContain('canary');
  });

  it('is refused by the name of the variable', () => {
    expect(() => toConnection({}, { KEYWARD_URL: 'sk-canary' })).toThrow(SettingsError);
    expect(() => toConnection({}, { KEYWARD_URL: 'sk-canary' })).toThrow(/KEYWARD_URL must be/);
    expect(() => toConnection({}, { KEYWARD_URL: 'sk-canary' })).not.toThrow(/canary/);
  });
});
