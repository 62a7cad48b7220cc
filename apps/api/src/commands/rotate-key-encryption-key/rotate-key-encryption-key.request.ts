import { changeKeyUseRequest } from '../key-slots/key.request.js';

/** All that use no secret take the same. */
export const rotateKeyEncryptionKeyRequest = changeKeyUseRequest;
