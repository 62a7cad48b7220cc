import { displayName, strictObject } from '../../http/validation/fields.js';

export const putProjectRequest = strictObject({ name: displayName });
