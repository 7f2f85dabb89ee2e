import { createHmac } from 'node:crypto';
import { documentKind, normaliseDocument } from './documents';

function hmac(text: string, installationKey: string): string {
  // Without a secret the eleven digits of a CPF are found again by trying them all.
  if (installationKey === '') throw new RangeError('the installation key is empty');
  return createHmac('sha256', installationKey).update(text).digest('hex');
}

// NUL occurs in no document, id or address, so no two different inputs meet in one text.
const joined = (...parts: string[]) => parts.join('\u0000');

/**
 * Who a person is without saying it: hex HMAC-SHA-256 of the normalised CPF/CNPJ, else of creditor and customer.
 * A document with wrong check digits counts as none: fillers like 000.000.000-00 would make one person, with one contact budget, of many.
 */
export const personKey = (document: string | null | undefined, creditorId: string, customerId: string, installationKey: string): string =>
  hmac(document && documentKind(document) ? normaliseDocument(document) : joined(creditorId, customerId), installationKey);

/** Where a person is reached without saying it: hex HMAC-SHA-256 of channel and address, trimmed and in lower case; telephone numbers must come in E.164. */
export const contactPointKey = (channel: string, address: string, installationKey: string): string =>
  hmac(joined(channel, address.trim().toLowerCase()), installationKey);

/** Which card it is without saying it: hex HMAC-SHA-256 of creditor and token. */
export const cardKey = (creditorId: string, token: string, installationKey: string): string => hmac(joined('card', creditorId, token), installationKey);
