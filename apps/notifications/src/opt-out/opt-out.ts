import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Point } from '../contact/addressee';

/** A channel that a person closes at one creditor. */
export interface OptOut {
  readonly creditor_id: string;
  readonly channel: Point;
  readonly contact_point_key: string;
}

// Signed for this use only, so that no other HMAC of the installation key can be passed off as one.
const signature = (payload: string, installationKey: string): Buffer =>
  createHmac('sha256', installationKey).update(`opt-out\u0000${payload}`).digest().subarray(0, 16);

/** A token for the link in a letter: who closes what, signed; it names nobody and does not expire, because letters are kept. */
export function optOutToken({ creditor_id, channel, contact_point_key }: OptOut, installationKey: string): string {
  const payload = Buffer.from(`${channel}/${creditor_id}/${contact_point_key}`).toString('base64url');
  return `${payload}.${signature(payload, installationKey).toString('base64url')}`;
}

/** What a token says; null for one that this installation did not sign. */
export function readOptOutToken(token: string, installationKey: string): OptOut | null {
  const [payload, signed] = token.split('.');
  if (!payload || !signed) return null;
  const [ours, theirs] = [signature(payload, installationKey), Buffer.from(signed, 'base64url')];
  if (ours.length !== theirs.length || !timingSafeEqual(ours, theirs)) return null;
  const [channel, creditor_id, contact_point_key] = Buffer.from(payload, 'base64url').toString('utf8').split('/');
  return channel === 'email' && creditor_id && contact_point_key ? { creditor_id, channel, contact_point_key } : null;
}
