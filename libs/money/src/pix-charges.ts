import type { ChargePolicy } from './late-charges';
import { parseDecimalToCents } from './cents';

/** `multa` and `juros` of a Pix charge with due date (cobv), as the central bank's API has them. */
export interface PixCharges {
  readonly multa?: { readonly modalidade: number | string; readonly valorPerc: string };
  readonly juros?: { readonly modalidade: number | string; readonly valorPerc: string };
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

/** The charge policy of a Pix charge with due date: its days count from the moved due date. Throws RangeError for a modality or a value that the API does not know. */
export function pixChargePolicy({ multa, juros }: PixCharges, validity_days = 30): ChargePolicy {
  for (const { valorPerc } of [multa, juros].filter((each) => each !== undefined))
    if (!/^\d{1,10}\.\d{2}$/.test(valorPerc)) throw new RangeError('a value of the Pix API has up to ten digits, a point and two decimals');
  const interest = juros === undefined ? NONE : interestOf(Number(juros.modalidade), juros.valorPerc);
  if (interest === null) throw new RangeError('modalidade of juros is 1 to 8');
  const fixed = Number(multa?.modalidade ?? 2);
  if (fixed !== 1 && fixed !== 2) throw new RangeError('modalidade of multa is 1 or 2');
  return {
    fine_percent: fixed === 2 ? (multa?.valorPerc ?? '0') : '0', ...(fixed === 1 && { fine_cents: parseDecimalToCents(multa!.valorPerc) }), ...interest,
    // The API defines no rounding; a day rounded to the cent is what the banks' returns show.
    interest_rounding: 'DAILY_AMOUNT', accrual_start: 'ROLLED', validity_days,
  };
}
