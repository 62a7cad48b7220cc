import { setKeyRequest } from '../key-slots/key.request.js';

/** Both kinds of slot take the same. */
export const setOrgKeyRequest = setKeyRequest;
