import { createHash, createHmac, createPublicKey, timingSafeEqual, verify, type KeyObject } from 'node:crypto';
import type { Incoming } from './source';

const sha256 = (value: string | Buffer): Buffer => createHash('sha256').update(value).digest();

/** Whether two texts are equal, in a time that tells neither where they differ nor how long they are. */
export const isSame = (a: string | Buffer, b: string | Buffer): boolean => timingSafeEqual(sha256(a), sha256(b));

/** Whether any of the secrets fits; all are tried, so that the time does not tell which. */
export const anyFits = (secrets: readonly string[], fits: (secret: string) => boolean): boolean => secrets.map(fits).includes(true);

/** A header that was sent once; null otherwise. */
export function header({ headers }: Incoming, name: string): string | null {
  const value = headers[name];
  return typeof value === 'string' ? value : null;
}

/** Whether a token equals one of the secrets; none was sent: no. */
export const isToken = (token: string | null, secrets: readonly string[]): boolean => token !== null && anyFits(secrets, (secret) => isSame(token, secret));

/** HMAC-SHA-256 in an encoding. */
export const hmac = (secret: string, parts: readonly (string | Buffer)[], encoding: 'hex' | 'base64'): string => {
  const made = createHmac('sha256', secret);
  for (const part of parts) made.update(part);
  return made.digest(encoding);
};

/** The public key in a PEM text, or in the base64 of one; null where the secret is no key. */
export function publicKeyOf(secret: string): KeyObject | null {
  const pem = secret.includes('-----BEGIN') ? secret : Buffer.from(secret, 'base64').toString('latin1');
  if (!pem.includes('-----BEGIN PUBLIC KEY-----') && !pem.includes('-----BEGIN RSA PUBLIC KEY-----')) return null;
  try {
    return createPublicKey(pem);
  } catch {
    return null;
  }
}

/** The claims of a JWT that this key signed by RS256; null otherwise. The algorithm is ours to choose, never the token's. */
export function claimsOf(token: string, key: KeyObject): Record<string, unknown> | null {
  const [head, claims, signature, ...rest] = token.split('.');
  if (!head || !claims || !signature || rest.length > 0) return null;
  try {
    const { alg } = JSON.parse(Buffer.from(head, 'base64url').toString('utf8')) as { alg?: unknown };
    if (alg !== 'RS256' || !verify('RSA-SHA256', Buffer.from(`${head}.${claims}`), key, Buffer.from(signature, 'base64url'))) return null;
    const read: unknown = JSON.parse(Buffer.from(claims, 'base64url').toString('utf8'));
    return typeof read === 'object' && read !== null ? (read as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
