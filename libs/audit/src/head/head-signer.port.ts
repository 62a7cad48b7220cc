/** Signs heads with Ed25519. One key signs for all organizations; a new key begins to sign where the old one ends. */
export abstract class HeadSigner {
  /** Lower-case hex of SHA-256 over the 32 bytes of the public key. */
  abstract readonly signingKeyId: string;

  /** SubjectPublicKeyInfo as PEM: what a verifier has to be given, over another way than the export. */
  abstract readonly publicKeyPem: string;

  /** 64 bytes. */
  abstract sign(bytes: Uint8Array): Promise<Buffer>;
}
