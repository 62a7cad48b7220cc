import { inspect } from 'node:util';
import { LeasedKey } from './lookup/leased-key.js';
import { SecretValue } from './secret-value.js';

const CANARY = 'canary-key-0123456789';

function leasedKey(): LeasedKey {
  return new LeasedKey({
    secret: new SecretValue(Buffer.from(CANARY)),
    source: 'project',
    version: 3,
    keyId: 'key-3',
    fingerprint: 'print-3',
    setAtMs: 1_000,
    expiresAtMs: 61_000,
  });
}

describe('SecretValue', () => {
  it('gives the key out on request only', () => {
    expect(new SecretValue(Buffer.from(CANARY)).reveal()).toBe(CANARY);
    expect(new SecretValue(Buffer.from(CANARY)).revealBytes().toString()).toBe(CANARY);
  });

  it('says which key it is by its mask', () => {
    expect(new SecretValue(Buffer.from(CANARY)).mask()).toBe('••••••••6789');
    expect(new SecretValue(Buffer.from('too short to show')).mask()).toBe('••••••••');
  });

  it.each([
    ['String()', (value: unknown) => String(value)],
    ['a template', (value: unknown) => `${value as string}`],
    ['JSON', (value: unknown) => JSON.stringify({ value })],
    ['inspect', (value: unknown) => inspect(value, { depth: 9, showHidden: true })],
    ['Object.entries', (value: unknown) => JSON.stringify(Object.entries(value as object))],
  ])('does not show itself in %s', (_, show) => {
    expect(show(new SecretValue(Buffer.from(CANARY)))).not.toContain(CANARY);
    expect(show(leasedKey())).not.toContain(CANARY);
  });

  it('shares its bytes with nobody', () => {
    const given = Buffer.from(CANARY);
    const secret = new SecretValue(given);
    given.fill(0);
    secret.revealBytes().fill(0);
    expect(secret.reveal()).toBe(CANARY);
  });
});

describe('LeasedKey', () => {
  it('shows what is safe to log', () => {
    expect(JSON.parse(JSON.stringify(leasedKey()))).toEqual({
      secret: '[secret]',
      source: 'project',
      version: 3,
      keyId: 'key-3',
      fingerprint: 'print-3',
      setAt: '1970-01-01T00:00:01.000Z',
      expiresAt: '1970-01-01T00:01:01.000Z',
    });
  });

  it('cannot be altered by one of those who share it', () => {
    const key = leasedKey();
    key.expiresAt.setFullYear(2100);
    expect(key.expiresAt.getTime()).toBe(61_000);
    expect(() => Object.assign(key, { version: 4 })).toThrow(TypeError);
  });
});
