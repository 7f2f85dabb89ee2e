import { createHmac, timingSafeEqual } from 'node:crypto';

// Signed for one use only, so that no other HMAC of the installation key can be passed off as one.
const signature = (use: string, payload: string, installationKey: string): Buffer =>
  createHmac('sha256', installationKey).update(`${use}\u0000${payload}`).digest().subarray(0, 16);

/** A token for a link in a letter: what it is about, signed for one use. */
export function signedToken(use: string, text: string, installationKey: string): string {
  const payload = Buffer.from(text).toString('base64url');
  return `${payload}.${signature(use, payload, installationKey).toString('base64url')}`;
}

/** What a token is about; null for one that this installation did not sign for this use. */
export function readSignedToken(use: string, token: string, installationKey: string): string | null {
  const [payload, signed] = token.split('.');
  if (!payload || !signed) return null;
  const [ours, theirs] = [signature(use, payload, installationKey), Buffer.from(signed, 'base64url')];
  return ours.length === theirs.length && timingSafeEqual(ours, theirs) ? Buffer.from(payload, 'base64url').toString('utf8') : null;
}
