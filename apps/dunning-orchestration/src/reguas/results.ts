import { Type, type Static } from '@sinclair/typebox';
import { orNull } from '@emdia/runtime';

const closed = { additionalProperties: false };
const cents = Type.Integer({ minimum: 0 });
const Share = orNull(Type.Number({ minimum: 0, maximum: 1 }));

/** What came of a version, or of waiting, where a version only waits. */
export const Result = Type.Object(
  {
    regua_version: Type.String(),
    customers: Type.Integer({ description: 'With a debt that fell past due while they followed it' }),
    owed_cents: cents, recovered_cents: cents,
    recovered_share: Share,
    low: Share, high: Share,
  },
  { ...closed, description: 'Money recovered of what fell past due; `low` and `high` hold the true share in 95 of 100 such trials, null below two customers' },
);
export type Result = Static<typeof Result>;

/** What customers who follow one version owed and paid, summed over them in cents; squares and products as floating point. */
export interface Sums {
  readonly regua_version: string;
  readonly customers: number;
  readonly owed: number;
  readonly paid: number;
  readonly owed_squared: number;
  readonly paid_squared: number;
  readonly paid_times_owed: number;
}

const Z_95 = 1.959_964;

/**
 * The share recovered and its interval. Customers are the units, not debts, because debts of one person are paid or left
 * together; the share is a ratio of two sums, hence the linearised variance of a ratio estimator.
 */
export function resultOf({ regua_version, customers, owed, paid, owed_squared, paid_squared, paid_times_owed }: Sums): Result {
  const recovered_share = owed > 0 ? paid / owed : null;
  const told = { regua_version, customers, owed_cents: owed, recovered_cents: paid, recovered_share };
  if (recovered_share === null || customers < 2) return { ...told, low: null, high: null };
  const residuals = Math.max(0, paid_squared - 2 * recovered_share * paid_times_owed + recovered_share ** 2 * owed_squared);
  const half = (Z_95 * Math.sqrt((residuals * customers) / (customers - 1))) / owed;
  return { ...told, low: Math.max(0, recovered_share - half), high: Math.min(1, recovered_share + half) };
}

/** One row per version of debts that fell past due while their customer followed it; those paid by their last free day never did. */
export const RESULTS = `
  with by_customer as (
    select c.regua_version, c.key, sum(r.paid_cents)::float8 as paid, sum(r.paid_cents + r.open_cents)::float8 as owed
    from case_receivable r join case_file c using (key)
    where r.effective_due_date < $1 and r.effective_due_date >= (c.regua_since at time zone 'America/Sao_Paulo')::date
      and (r.settled_on is null or r.settled_on > r.effective_due_date) and r.status in ('open', 'settled', 'written-off')
    group by c.regua_version, c.key
  )
  select regua_version, count(*)::int as customers, sum(owed) as owed, sum(paid) as paid,
    sum(owed * owed) as owed_squared, sum(paid * paid) as paid_squared, sum(paid * owed) as paid_times_owed
  from by_customer where regua_version is not null group by regua_version order by regua_version`;
