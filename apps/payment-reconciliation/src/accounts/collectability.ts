import { addDays, type CivilDate } from '@emdia/calendar';
import type { Collectability } from '@emdia/contracts';
import { type Account, dayOf, isActive, isDoubted, isPending, type Payment, type Standstill, unappliedCents } from './account';
import type { Match } from './references';

/** Days after which somebody looks again at money whose end nobody has told. */
export const LOOK_AGAIN_DAYS = 7;

/** Why money may not be asked for, and when somebody looks again; null where it may. */
export interface Restraint {
  readonly collectability: Collectability;
  readonly review_date: CivilDate | null;
}

const ASKED: Restraint = { collectability: 'owed', review_date: null };

const earliest = (dates: readonly (CivilDate | null)[]): CivilDate | null =>
  dates.reduce((first, date) => (first === null || (date !== null && date < first) ? date : first), null);

const lookAgain = ({ recorded_at }: Payment): CivilDate => addDays(dayOf(recorded_at), LOOK_AGAIN_DAYS);

/** The date of the first instalment that the money since the agreement has not reached; the last one's where it has reached them all. */
function nextInstalmentDate({ instalments, waived_cents, receivable_ids }: Standstill, openCents: (receivable_id: string) => number): CivilDate | null {
  const agreed_cents = instalments.reduce((sum, { amount_cents }) => sum + amount_cents, waived_cents);
  let received_cents = agreed_cents - receivable_ids.reduce((sum, id) => sum + openCents(id), 0);
  for (const { due_date, amount_cents } of instalments) if ((received_cents -= amount_cents) < 0) return due_date;
  return instalments.at(-1)?.due_date ?? null;
}

/**
 * What keeps each open receivable of an account from being asked for. Where several things do, the first counts:
 * disputed, held, pending, unmatched, agreed, promised.
 */
export function restraints(account: Account, match: (reference: string | null) => Match, openCents: (receivable_id: string) => number): (receivable_id: string) => Restraint {
  const payments = [...account.payments.values()];
  const standing = [...account.standstills.values()].filter(isActive);
  const pending = payments.filter(isPending).map((payment) => ({ payment, receivables: match(payment.reference).receivables }));
  const unmatched = payments.filter((payment) => unappliedCents(payment) > 0);
  if (standing.length + pending.length + unmatched.length === 0) return () => ASKED;
  const meant = (id: string, doubted: boolean): Payment[] => pending.filter((each) =>
    isDoubted(each.payment) === doubted && concerns(each.receivables.map(({ receivable_id }) => receivable_id), id)).map(({ payment }) => payment);
  const concerns = (receivable_ids: readonly string[], id: string) => receivable_ids.length === 0 || receivable_ids.includes(id);
  const still = (kind: Standstill['kind'], collectability: Collectability, id: string): Restraint | null => {
    const these = standing.filter((standstill) => standstill.kind === kind && concerns(standstill.receivable_ids, id));
    if (these.length === 0) return null;
    return { collectability, review_date: earliest(these.map((each) => (kind === 'agreement' ? nextInstalmentDate(each, openCents) : each.review_date))) };
  };
  const money = (collectability: Collectability, these: readonly Payment[]): Restraint | null =>
    these.length === 0 ? null : { collectability, review_date: earliest(these.map(lookAgain)) };
  return (id) =>
    still('dispute', 'disputed', id) ??
    still('hold', 'held', id) ??
    // A pending payment that quotes nothing known may be meant for anything the customer owes.
    money('pending', meant(id, false)) ??
    money('unmatched', [...unmatched, ...meant(id, true)]) ??
    still('money', 'unmatched', id) ??
    still('agreement', 'agreed', id) ??
    still('promise', 'promised', id) ??
    ASKED;
}
