import type { SlotRecord } from '@keyward/read-model';
import { KnownKeys } from './known-key.js';

const KEY = {
  keyId: 'key-1',
  version: 4,
  fingerprint: 'fp1_x',
  lastFour: null,
  credentialKind: 'api_key',
  setAt: '1969-12-31T23:59:59.250Z',
  setBy: 'ada',
} as const;
const RECORD = { sealed: null } as unknown as SlotRecord;
const ADDRESS = { organizationId: 'acme', projectId: 'website', integrationId: 'openai' };

describe('KnownKeys', () => {
  it('binds to the address that is asked for, also when the record was known from another', () => {
    const known = new KnownKeys(30_000);
    known.of(RECORD, KEY, ADDRESS, 'project');
    const elsewhere = known.of(RECORD, KEY, { ...ADDRESS, projectId: 'shop' }, 'project');
    expect(elsewhere.binding).toEqual({
      organizationId: 'acme',
      projectId: 'shop',
      integrationId: 'openai',
      keyId: 'key-1',
      version: 4,
    });
  });

  it('binds a key of the organization to no project', () => {
    const { binding, message } = new KnownKeys(30_000).of(RECORD, KEY, ADDRESS, 'organization');
    expect(binding.projectId).toBeNull();
    expect(message.source).toBe('SOURCE_ORGANIZATION');
  });

  it('gives times as whole seconds and nanoseconds that are never negative', () => {
    const { message } = new KnownKeys(1_500).of(RECORD, KEY, ADDRESS, 'project');
    expect(message.setAt).toEqual({ seconds: -1, nanos: 250_000_000 });
    expect(message.lease).toEqual({ seconds: 1, nanos: 500_000_000 });
  });
});
