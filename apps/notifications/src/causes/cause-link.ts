import { readSignedToken, signedToken } from '../signed-token';

/** A letter that asked why debts are unpaid. */
export interface Asked {
  readonly creditor_id: string;
  readonly notice_id: string;
}

/** A token for the link in a letter: which letter it is; it names nobody. */
export const causeToken = ({ creditor_id, notice_id }: Asked, installationKey: string): string => signedToken('cause', `${creditor_id}/${notice_id}`, installationKey);

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** What a token says; null for one that this installation did not sign. */
export function readCauseToken(token: string, installationKey: string): Asked | null {
  const [creditor_id, notice_id] = readSignedToken('cause', token, installationKey)?.split('/') ?? [];
  return creditor_id && notice_id && UUID.test(notice_id) ? { creditor_id, notice_id } : null;
}
