import { KeywardError, type FieldViolation, type KeyAddress__Output } from '@keyward/contracts';
import { ID_RULE, isId } from '@keyward/domain';

/**
 * An address whose three ids are well-formed.
 * @param path where the address stands in the request, in the proto's words (`addresses[3]`).
 * @throws KeywardError INVALID_REQUEST which names every field that breaks a rule.
 */
export function checkAddress(
  address: KeyAddress__Output | null | undefined,
  path: string,
): KeyAddress__Output {
  if (!address)
    throw invalid([
      { field: path, rule: 'must be given, with organization_id, project_id and integration_id' },
    ]);
  if (isId(address.organizationId) && isId(address.projectId) && isId(address.integrationId)) return address;
  throw invalid(
    [
      violation(`${path}.organization_id`, address.organizationId),
      violation(`${path}.project_id`, address.projectId),
      violation(`${path}.integration_id`, address.integrationId),
    ].filter((found) => found !== undefined),
  );
}

function violation(field: string, id: string): FieldViolation | undefined {
  return isId(id) ? undefined : { field, rule: ID_RULE };
}

export function invalid(violations: readonly FieldViolation[]): KeywardError {
  const sentences = violations.map(({ field, rule }) => `${field} ${rule}.`);
  return new KeywardError('INVALID_REQUEST', sentences.join(' '), { violations });
}
