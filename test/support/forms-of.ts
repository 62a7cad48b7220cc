/** A secret in every form in which it could come out, to look for: as text, percent-encoded, UTF-16, hexadecimal, base64 at any place. */
export function formsOf(secret: string): readonly string[] {
  const bytes = Buffer.from(secret);
  const base64 = [0, 1, 2].map((before) => {
    const shifted = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
    // Without what the neighbours decide.
    return shifted.slice(before === 0 ? 0 : 4, -4);
  });
  return [
    secret,
    encodeURIComponent(secret),
    Buffer.from(secret, 'utf16le').toString('latin1'),
    Buffer.from(secret, 'utf16le').toString('hex'),
    bytes.toString('hex'),
    bytes.join(','),
    ...base64,
    ...base64.map((text) => text.replaceAll('+', '-').replaceAll('/', '_')),
  ];
}
