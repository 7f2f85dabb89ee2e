import { createCipheriv, createDecipheriv, createSecretKey, hkdfSync, randomFillSync, type KeyObject } from 'node:crypto';

const NONCE_BYTES = 12;
// Drawn many at a time: a draw of its own costs as much as the sealing.
const nonces = Buffer.alloc(NONCE_BYTES * 256);
let drawn = nonces.length;

/** A nonce that was never given out before; the bytes are its own. */
function freshNonce(): Buffer {
  if (drawn === nonces.length) {
    randomFillSync(nonces);
    drawn = 0;
  }
  drawn += NONCE_BYTES;
  return Buffer.from(nonces.subarray(drawn - NONCE_BYTES, drawn));
}

/** Seals bodies that may hold personal data (AES-256-GCM); the key is derived from the installation key and a purpose. */
export class Seal {
  private readonly key: KeyObject;

  constructor(installationKey: string, purpose: string) {
    this.key = createSecretKey(Buffer.from(hkdfSync('sha256', installationKey, 'emdia', purpose, 32)));
  }

  seal(text: string): string {
    const nonce = freshNonce();
    const cipher = createCipheriv('aes-256-gcm', this.key, nonce);
    const sealed = cipher.update(text, 'utf8');
    cipher.final();
    return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64');
  }

  /** Throws when the text was changed or sealed under another key. */
  open(sealed: string): string {
    const bytes = Buffer.from(sealed, 'base64');
    const decipher = createDecipheriv('aes-256-gcm', this.key, bytes.subarray(0, 12));
    decipher.setAuthTag(bytes.subarray(12, 28));
    const text = decipher.update(bytes.subarray(28));
    // In this mode the end holds no bytes, only the check.
    decipher.final();
    return text.toString('utf8');
  }
}
