import { KeywardError } from '@keyward/contracts';
import { findIntegration } from '@keyward/domain';

/** @throws KeywardError UNKNOWN_INTEGRATION */
export function checkIntegration(integrationId: string): void {
  if (findIntegration(integrationId)) return;
  throw new KeywardError(
    'UNKNOWN_INTEGRATION',
    'The catalogue has no such integration. GET /v1/integrations lists them all.',
  );
}
