import { authorize, type Operation, type Principal } from '@keyward/access';
import { KeywardError, type KeyAddress__Output } from '@keyward/contracts';
import { findIntegration } from '@keyward/domain';
import type { LookupEntry } from '@keyward/read-model';
import { checkAddress, invalid } from './check-address.js';

/** Which rpc asks, and with it how a refusal names one of several addresses. */
export type LookupOperation = Extract<Operation, 'lookup' | 'batchLookup'>;

const MAX_ADDRESSES = 500;
const COUNT_RULE = `must hold 1 to ${MAX_ADDRESSES} addresses: split a larger batch`;

/**
 * What can be refused before anything is read, each check for all addresses before the next: a
 * malformed request first, then what the caller may not see, then what the catalogue lacks. So a
 * caller learns of unknown things only inside what it may see.
 */
export function checkAddresses(
  operation: LookupOperation,
  addresses: readonly (KeyAddress__Output | null | undefined)[],
  principal: Principal,
): readonly KeyAddress__Output[] {
  if (addresses.length < 1 || addresses.length > MAX_ADDRESSES)
    throw invalid([{ field: 'addresses', rule: COUNT_RULE }]);
  const checked: KeyAddress__Output[] = [];
  eachAddress(operation, addresses.length, (index) =>
    checked.push(checkAddress(addresses[index], pathOf(operation, index))),
  );
  eachAddress(operation, checked.length, (index) => authorize(operation, principal, checked[index]));
  eachAddress(operation, checked.length, (index) => refuseUnknownIntegration(checked[index]!.integrationId));
  return checked;
}

/** What only the read model can refuse: an absent organization exactly like a foreign one. */
export function checkEntries(
  operation: LookupOperation,
  addresses: readonly KeyAddress__Output[],
  entries: readonly LookupEntry[],
  principal: Principal,
): void {
  eachAddress(operation, addresses.length, (index) => {
    if (entries[index]!.organization?.state.registered !== true) refuseOrganization(operation, principal);
  });
  eachAddress(operation, addresses.length, (index) =>
    refuseUnknownProject(entries[index]!, addresses[index]!.projectId),
  );
}

/** Adds to a refusal of one of a batch's addresses which one it was. */
export function atIndex(operation: LookupOperation, index: number, error: unknown): unknown {
  if (operation === 'lookup' || !(error instanceof KeywardError)) return error;
  const { code, message, violations, retryAfterSeconds, cause } = error;
  return new KeywardError(code, message, {
    violations,
    metadata: { ...error.metadata, index: String(index) },
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
    cause,
  });
}

function eachAddress(operation: LookupOperation, count: number, check: (index: number) => void): void {
  let index = 0;
  try {
    for (; index < count; index += 1) check(index);
  } catch (error) {
    throw atIndex(operation, index, error);
  }
}

function pathOf(operation: LookupOperation, index: number): string {
  return operation === 'lookup' ? 'address' : `addresses[${index}]`;
}

/** In the policy's own words for an organization that is not the worker's. */
function refuseOrganization(operation: LookupOperation, principal: Principal): never {
  authorize(operation, principal);
  throw new KeywardError('FORBIDDEN', 'You may not do this.');
}

function refuseUnknownIntegration(integrationId: string): void {
  if (findIntegration(integrationId)) return;
  throw new KeywardError(
    'UNKNOWN_INTEGRATION',
    `The catalogue has no integration "${integrationId}": GET /v1/integrations lists those there are.`,
  );
}

function refuseUnknownProject({ project }: LookupEntry, projectId: string): void {
  if (project?.state.status === 'active') return;
  throw new KeywardError(
    'UNKNOWN_PROJECT',
    `This organization has no project "${projectId}", or it is archived: register it first, or check its id.`,
  );
}
