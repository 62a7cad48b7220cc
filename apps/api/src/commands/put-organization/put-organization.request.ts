import { displayName, plan, strictObject } from '../../http/validation/fields.js';

export const putOrganizationRequest = strictObject({ name: displayName, plan });
