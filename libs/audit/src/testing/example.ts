import { orgKeyStream, organizationStream } from '@keyward/domain';
import type { JsonObject, RecordedEvent } from '@keyward/event-store';
import { sampleExport, timeOf, type SampleExport } from './sample-log.js';

const KEY_ID = '7c9e6679-7425-40de-944b-e07fc1f90ae7';
const SLOT = {
  organizationId: 'acme',
  integrationId: 'openai',
  keyId: KEY_ID,
  version: 1,
  fingerprint: '1f8ac10f23c5b5bc1167bda84b833e5c',
};

/** The example of docs/audit-format.md. */
export function exampleExport(): Promise<SampleExport> {
  const registered = { organizationId: 'acme', name: 'Acme Śródmieście 🔑', plan: 'enterprise' };
  const set = { ...SLOT, lastFour: 'x7Qd', credentialKind: 'api_key' };
  const events = [
    event(0, { stream: organizationStream('acme'), type: 'OrganizationRegistered', data: registered }),
    event(1, { stream: orgKeyStream('acme', 'openai'), type: 'OrgKeySet', data: set }),
    event(2, { stream: orgKeyStream('acme', 'openai'), type: 'OrgKeyDisabled', data: SLOT }),
  ];
  return sampleExport({ events, headEvery: 2 });
}

function event(
  n: number,
  { stream, type, data }: Pick<RecordedEvent, 'stream' | 'type'> & { readonly data: JsonObject },
): RecordedEvent {
  const provenance = {
    actor: 'alice',
    occurredAt: timeOf(n).toISOString(),
    reason: n === 2 ? 'leaked? see "ticket 7"' : null,
    idempotencyKey: null,
    requestDigest: null,
  };
  return {
    id: `0f8fad5b-d9cb-469f-a165-70867728950${n}`,
    type,
    stream,
    revision: n === 2 ? 1n : 0n,
    position: { commit: BigInt(n + 1), prepare: BigInt(n + 1) },
    recordedAt: timeOf(n),
    data: { ...data, ...provenance },
    metadata: { schemaVersion: 1 },
  };
}
