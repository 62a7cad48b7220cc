import {
  InvalidPositionError,
  KeywardError,
  decodePosition,
  type FieldViolation,
  type LogPosition,
  type WatchRequest__Output,
} from '@keyward/contracts';
import { ID_RULE, isId } from '@keyward/domain';

/** A request whose every field keeps its rule. */
export interface CheckedWatchRequest {
  readonly organizationId: string;
  /** Without repeats; empty: none was named. */
  readonly projectIds: readonly string[];
  readonly integrationIds: readonly string[];
  readonly after: LogPosition | null;
}

const MAX_IDS = 500;

/** @throws KeywardError INVALID_REQUEST which names every field that breaks a rule. */
export function checkWatchRequest(storeId: string, request: WatchRequest__Output): CheckedWatchRequest {
  const { organizationId, afterPosition } = request;
  const projectIds = [...new Set(request.projectIds)];
  const integrationIds = [...new Set(request.integrationIds)];
  const violations = [
    ...(isId(organizationId) ? [] : [{ field: 'organization_id', rule: ID_RULE }]),
    ...checkIds('project_ids', projectIds),
    ...checkIds('integration_ids', integrationIds),
  ];
  const after = readAfter(storeId, afterPosition, violations);
  if (violations.length > 0) throw invalid(violations);
  return { organizationId, projectIds, integrationIds, after };
}

/** The sentence names each field with its rule. */
export function invalid(violations: readonly FieldViolation[]): KeywardError {
  const sentences = violations.map(({ field, rule }) => `${field} ${rule}.`);
  return new KeywardError('INVALID_REQUEST', sentences.join(' '), { violations });
}

function checkIds(field: string, ids: readonly string[]): FieldViolation[] {
  if (ids.length > MAX_IDS) {
    return [{ field, rule: `must be at most ${MAX_IDS}: leave it empty for all, or open several watches` }];
  }
  const wrong = ids.findIndex((id) => !isId(id));
  return wrong === -1 ? [] : [{ field: `${field}[${wrong}]`, rule: ID_RULE }];
}

function readAfter(storeId: string, token: string, violations: FieldViolation[]): LogPosition | null {
  if (token === '') return null;
  try {
    return decodePosition(storeId, token);
  } catch (error) {
    if (!(error instanceof InvalidPositionError)) throw error;
    violations.push({ field: 'after_position', rule: error.message });
    return null;
  }
}
