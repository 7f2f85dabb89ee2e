import type { CivilDate } from '@emdia/calendar';

/** What a payment can pay: costs are the fine, interest runs by the day, principal is what was invoiced. */
export const PARTS = ['costs', 'interest', 'principal'] as const;
export type Part = (typeof PARTS)[number];

/** The order of a creditor for payments made from a civil date on. */
export interface AllocationPolicy {
  readonly valid_from: CivilDate;
  readonly allocation_order: readonly Part[];
}

/** The order where a creditor has said nothing: as the Civil Code has it (art. 354), interest before principal, and the costs before both. */
export const DEFAULT_ORDER: readonly Part[] = PARTS;

/** Whether a list names each part once. */
export const isOrder = (parts: readonly string[]): parts is readonly Part[] => parts.length === PARTS.length && PARTS.every((part) => parts.includes(part));

/** The order for a payment made on a day: of the policies that are valid by then the newest, whatever their order in the list. */
export function orderOn(policies: readonly AllocationPolicy[], paid_date: CivilDate): readonly Part[] {
  let newest: AllocationPolicy | null = null;
  for (const policy of policies) if (policy.valid_from <= paid_date && (newest === null || policy.valid_from > newest.valid_from)) newest = policy;
  return newest?.allocation_order ?? DEFAULT_ORDER;
}

/** Charges in cents. */
export interface Charges {
  readonly fine_cents: number;
  readonly interest_cents: number;
}

/** As much of the charges as some money pays, in a creditor's order. */
export function chargesPaid(order: readonly Part[], due: Charges, left_cents: number): Charges {
  const fineFirst = order.indexOf('costs') < order.indexOf('interest');
  const first_cents = Math.min(left_cents, fineFirst ? due.fine_cents : due.interest_cents);
  const second_cents = Math.min(left_cents - first_cents, fineFirst ? due.interest_cents : due.fine_cents);
  return fineFirst ? { fine_cents: first_cents, interest_cents: second_cents } : { fine_cents: second_cents, interest_cents: first_cents };
}

/**
 * Divides money between the principal of one debt and the charges that the order puts before it: of the principal that is paid, its own charges are
 * paid with it, so that what stays open carries exactly what is still to be charged. `chargesOf` says what is due on a part of the principal and must
 * not fall where the part grows. Everything is used, up to the principal and those charges; amounts in cents.
 */
export function divided(order: readonly Part[], money_cents: number, open_cents: number, chargesOf: (principal_cents: number) => Charges): Charges & { readonly principal_cents: number } {
  const principalAt = order.indexOf('principal');
  const before = (principal_cents: number): Charges => {
    const { fine_cents, interest_cents } = principal_cents === 0 ? { fine_cents: 0, interest_cents: 0 } : chargesOf(principal_cents);
    return { fine_cents: order.indexOf('costs') < principalAt ? fine_cents : 0, interest_cents: order.indexOf('interest') < principalAt ? interest_cents : 0 };
  };
  const sum = ({ fine_cents, interest_cents }: Charges) => fine_cents + interest_cents;
  const whole = before(open_cents);
  if (sum(whole) === 0) return { principal_cents: Math.min(money_cents, open_cents), fine_cents: 0, interest_cents: 0 };
  if (open_cents + sum(whole) <= money_cents) return { principal_cents: open_cents, ...whole };
  let [least, most] = [0, Math.min(open_cents, money_cents)];
  while (least < most) {
    const middle = Math.ceil((least + most) / 2);
    if (middle + sum(before(middle)) <= money_cents) least = middle;
    else most = middle - 1;
  }
  // The cent or two that rounding leaves go to the principal as well.
  const principal_cents = Math.min(open_cents, money_cents - sum(before(least)));
  const limit = principal_cents === open_cents ? whole : before(least);
  return { principal_cents, ...chargesPaid(order, limit, money_cents - principal_cents) };
}
