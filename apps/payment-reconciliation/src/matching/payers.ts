import type { Candidates } from './candidates';
import type { Credit, PayerKind } from './credit';
import { type Name, nameInMemo, readName, tells } from './names';

/** How a payer is tied to a customer. `sameName`: others go by that name too, so the name decides nothing. */
export interface Tie {
  readonly customer_id: string;
  readonly kind: PayerKind;
  /** Of the names, 0 to 1,000; 0 where no name was looked at. */
  readonly similarity: number;
  readonly sameName: boolean;
}

/** Names less alike are no evidence; names as alike as this may be one person's, and so also two people's. */
const ALIKE_MIN = 700;
export const SAME_NAME_MIN = 920;
/** With the fragment of the CPF, a name this much alike is the customer's. */
const WITH_FRAGMENT_MIN = 800;

const POINTS: Readonly<Record<PayerKind, number>> = { document: 400, document_history: 380, fragment_name: 390, name_history: 370, name: 300, namesake: 40 };

/** What a tie is worth; a name by how alike it is. */
export const pointsOf = ({ kind, similarity }: Tie): number => (kind === 'name' ? Math.max(0, similarity - ALIKE_MIN) : POINTS[kind]);

/** Whether a payer tied so is known, so that a clear amount may be matched without a person. */
export const isKnown = ({ kind, sameName }: Tie): boolean => kind === 'document' || kind === 'document_history' || ((kind === 'fragment_name' || kind === 'name_history') && !sameName);

/** The name to look for: the payer's, else what the memo holds beside the bank's words. */
export const nameOf = ({ payer, memo }: Credit): Name | null => readName(payer.name) ?? nameInMemo(memo);

/**
 * The customers that a payer is tied to, each by its surest tie. A document on file that is another than the payer's
 * makes an equal name a namesake; where the payer's document is a customer's, names say nothing more.
 */
export function tiesOf(credit: Credit, candidates: Candidates): Map<string, Tie> {
  const { document_key } = credit.payer;
  const ties = new Map<string, Tie>();
  const add = (tie: Tie) => {
    const known = ties.get(tie.customer_id);
    if (!known || pointsOf(tie) > pointsOf(known)) ties.set(tie.customer_id, tie);
  };
  if (document_key !== null) {
    for (const customer_id of candidates.customersOf(document_key)) add({ customer_id, kind: 'document', similarity: 0, sameName: false });
    for (const customer_id of candidates.confirmedOf(document_key)) add({ customer_id, kind: 'document_history', similarity: 0, sameName: false });
    if (ties.size > 0) return ties;
  }
  const name = nameOf(credit);
  if (!name) return ties;
  const alike = tiesByLikeness(credit, name, candidates);
  for (const tie of [...alike, ...tiesByHistory(credit, name, alike, candidates)]) add(tie);
  return ties;
}

function tiesByLikeness({ payer }: Credit, name: Name, candidates: Candidates): Tie[] {
  const ties = candidates.names.alike(name, ALIKE_MIN).map(({ customer_id, similarity }): Tie => {
    const { document_key } = candidates.customer(customer_id)!;
    const sameFragment = payer.document_fragment === null ? null : candidates.sameFragment(payer.document_fragment, customer_id);
    const another = sameFragment === false || differ(payer.document_key, document_key);
    const kind = another ? 'namesake' : sameFragment && similarity >= WITH_FRAGMENT_MIN ? 'fragment_name' : 'name';
    return { customer_id, kind, similarity, sameName: false };
  });
  const byFragment = ties.filter(({ kind }) => kind === 'fragment_name');
  return byFragment.length > 1 ? ties.map((tie) => ({ ...tie, sameName: true })) : ties;
}

const differ = (a: string | null, b: string | null): boolean => a !== null && b !== null && a !== b;

/**
 * Customers for whom a payer of exactly this name has paid, as far as no document says that it was somebody else. A payer who shows
 * a document or a part of it is known only by a history that shows it too: else a stranger of a customer's name would be the customer.
 */
function tiesByHistory({ payer }: Credit, name: Name, alike: readonly Tie[], candidates: Candidates): Tie[] {
  if (!tells(name)) return [];
  const { document_key, document_fragment } = payer;
  const confirmed = candidates.confirmedNamed(name.text).filter((each) => !differ(each.payer.document_key, document_key) && !differ(each.payer.document_fragment, document_fragment));
  const customers = confirmed.map(({ customer_id }) => customer_id);
  if (document_key !== null || document_fragment !== null) {
    const shown = confirmed.filter((each) => document_fragment !== null && each.payer.document_fragment === document_fragment).map(({ customer_id }) => customer_id);
    return shown.length > 0 ? among(shown, []) : customers.map((customer_id) => ({ customer_id, kind: 'name', similarity: SAME_NAME_MIN, sameName: false }));
  }
  // With a name alone, everybody who goes by it is a rival: customers of it, and whoever was paid for under it.
  return among(customers, alike.filter(({ similarity }) => similarity >= SAME_NAME_MIN).map(({ customer_id }) => customer_id));
}

const among = (customers: readonly string[], rivals: readonly string[]): Tie[] => {
  const people = new Set([...customers, ...rivals]);
  return [...new Set(customers)].map((customer_id) => ({ customer_id, kind: 'name_history', similarity: 1_000, sameName: people.size > 1 }));
};
