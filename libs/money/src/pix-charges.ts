import { type CivilDate, isCivilDate } from '@emdia/calendar';
import type { ChargePolicy } from './late-charges';
import { parseDecimalToCents } from './cents';

/** `multa`, `juros` and `desconto` of a Pix charge with due date (cobv), as the central bank's API has them. */
export interface PixCharges {
  readonly multa?: { readonly modalidade: number | string; readonly valorPerc: string };
  readonly juros?: { readonly modalidade: number | string; readonly valorPerc: string };
  readonly desconto?: { readonly modalidade: number | string; readonly descontoDataFixa?: readonly { readonly data: CivilDate; readonly valorPerc: string }[] };
}

type Interest = Pick<ChargePolicy, 'interest_monthly_percent'> & Partial<ChargePolicy>;

const NONE: Interest = { interest_monthly_percent: '0' };

// Modalidades 1 to 4 count calendar days, 5 to 8 the same on business days: an amount, percent a day, a month, a year.
function interestOf(modality: number, value: string): Interest | null {
  const interest_days = modality > 4 ? 'BUSINESS' : 'CALENDAR';
  switch (modality > 4 ? modality - 4 : modality) {
    case 1: return { ...NONE, interest_days, interest_daily_cents: parseDecimalToCents(value) };
    case 2: return { ...NONE, interest_days, interest_daily_percent: value };
    case 3: return { interest_days, interest_monthly_percent: value };
    case 4: return { ...NONE, interest_days, interest_yearly_percent: value };
    default: return null;
  }
}

// Modalidades 1 and 2 grant an amount or a percentage until up to three days. 3 to 6 grant so much for each day of anticipation: the policy has no word
// for that, and the payment itself tells what was granted.
function discountsOf({ modalidade, descontoDataFixa = [] }: NonNullable<PixCharges['desconto']>): NonNullable<ChargePolicy['discounts']> {
  const fixed = Number(modalidade);
  if (![1, 2, 3, 4, 5, 6].includes(fixed)) throw new RangeError('modalidade of desconto is 1 to 6');
  if (fixed > 2) return [];
  if (descontoDataFixa.length < 1 || descontoDataFixa.length > 3 || !descontoDataFixa.every(({ data }) => isCivilDate(data))) throw new RangeError('desconto has one to three dates');
  return descontoDataFixa.map(({ data, valorPerc }) => ({ until: data, ...(fixed === 1 ? { cents: parseDecimalToCents(valorPerc) } : { percent: valorPerc }) }));
}

/** The charge policy of a Pix charge with due date: its days count from the moved due date. Throws RangeError for a modality or a value that the API does not know. */
export function pixChargePolicy({ multa, juros, desconto }: PixCharges, validity_days = 30): ChargePolicy {
  for (const { valorPerc } of [multa, juros, ...(desconto?.descontoDataFixa ?? [])].filter((each) => each !== undefined))
    if (!/^\d{1,10}\.\d{2}$/.test(valorPerc)) throw new RangeError('a value of the Pix API has up to ten digits, a point and two decimals');
  const interest = juros === undefined ? NONE : interestOf(Number(juros.modalidade), juros.valorPerc);
  if (interest === null) throw new RangeError('modalidade of juros is 1 to 8');
  const fixed = Number(multa?.modalidade ?? 2);
  if (fixed !== 1 && fixed !== 2) throw new RangeError('modalidade of multa is 1 or 2');
  return {
    fine_percent: fixed === 2 ? (multa?.valorPerc ?? '0') : '0', ...(fixed === 1 && { fine_cents: parseDecimalToCents(multa!.valorPerc) }), ...interest,
    // The API defines no rounding; a day rounded to the cent is what the banks' returns show.
    interest_rounding: 'DAILY_AMOUNT', accrual_start: 'ROLLED', validity_days, ...(desconto && { discounts: discountsOf(desconto) }),
  };
}
