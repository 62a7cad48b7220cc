export const KEK_ID = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/;

export const KEK_ID_RULE =
  'must be 1 to 64 letters, digits, "_", "." or "-", beginning with a letter or digit';
