import type { CredentialKind } from '@keyward/domain';
import type { z } from 'zod';
import { credentialKind, reason, secret, strictObject } from '../../http/validation/fields.js';

/** The body that sets a key, in either kind of slot. */
export const setKeyRequest = strictObject({
  secret,
  credentialKind: credentialKind.transform((kind) => kind as CredentialKind).optional(),
  reason: reason.optional(),
});
export type SetKeyRequest = z.output<typeof setKeyRequest>;

export const SET_KEY_EXAMPLE = { secret: '<the key>', reason: 'Quarterly rotation' };

/** The body, if any, of a removal or a toggle. */
export const changeKeyUseRequest = strictObject({ reason: reason.optional() });

export const CHANGE_KEY_USE_EXAMPLE = { reason: 'Not needed any more' };
