import type { Point } from '../contact/addressee';
import { readSignedToken, signedToken } from '../signed-token';

/** A channel that a person closes at one creditor. */
export interface OptOut {
  readonly creditor_id: string;
  readonly channel: Point;
  readonly contact_point_key: string;
}

/** A token for the link in a letter: who closes what; it names nobody and does not expire, because letters are kept. */
export const optOutToken = ({ creditor_id, channel, contact_point_key }: OptOut, installationKey: string): string =>
  signedToken('opt-out', `${channel}/${creditor_id}/${contact_point_key}`, installationKey);

/** What a token says; null for one that this installation did not sign. */
export function readOptOutToken(token: string, installationKey: string): OptOut | null {
  const [channel, creditor_id, contact_point_key] = readSignedToken('opt-out', token, installationKey)?.split('/') ?? [];
  return channel === 'email' && creditor_id && contact_point_key ? { creditor_id, channel, contact_point_key } : null;
}
