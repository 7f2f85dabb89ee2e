import { addDays } from '@emdia/calendar';
import type { Tx } from '@emdia/database';
import { fits, WINDOW_DAYS_MAX, type BudgetClass, type Limits } from './budget';

/** A day of somebody's budget that a contact asks for; `contact_point_key` is null where no contact point is used (a visit, an unknown number). */
export interface Wanted {
  readonly scope: string;
  readonly person_key: string;
  readonly contact_point_key: string | null;
  readonly local_date: string;
  readonly class: BudgetClass;
  readonly creditor_id: string;
  readonly cause: 'notice' | 'human';
  readonly notice_id: string | null;
  /** Whom a person calls; null for a message, whose notice tells. */
  readonly customer_id: string | null;
  readonly limits: Limits;
}

/** One row for the person and one for the contact point. */
const rowsOf = (wanted: readonly Wanted[]) =>
  wanted.map(({ limits: _, ...each }) => each).flatMap((each, n) => [{ ...each, n, contact_point_key: null }, ...(each.contact_point_key === null ? [] : [{ ...each, n, person_key: null }])]);

/**
 * Takes days of budget within the caller's transaction. Answers for each wish whether it got all its rows and the
 * rolling windows have room. A loser may have got one of its two rows: the caller gives it back with the same
 * transaction, by refusing the message (Deliveries.save) or by throwing.
 */
export async function reserve(tx: Tx, wanted: readonly Wanted[], now: Date): Promise<boolean[]> {
  if (wanted.length === 0) return [];
  const earlier = await daysAround(tx, wanted);
  const taken = await tx.query<{ n: number }>(RESERVE, [JSON.stringify(rowsOf(wanted)), now]);
  const got = new Map<number, number>();
  for (const { n } of taken) got.set(n, (got.get(n) ?? 0) + 1);
  return wanted.map((each, n) => got.get(n) === (each.contact_point_key === null ? 1 : 2) && hasRoom(each, earlier));
}

const bucket = (scope: string, kind: 'person' | 'contact-point', key: string): string => `${scope} ${kind} ${key}`;

function hasRoom(wanted: Wanted, earlier: ReadonlyMap<string, readonly string[]>): boolean {
  if (wanted.class !== 'contact') return true;
  const { scope, person_key, contact_point_key, local_date, limits } = wanted;
  if (!fits(earlier.get(bucket(scope, 'person', person_key)) ?? [], local_date, limits)) return false;
  return contact_point_key === null || fits(earlier.get(bucket(scope, 'contact-point', contact_point_key)) ?? [], local_date, limits);
}

/** The days already used around the wanted ones, by person and by contact point. */
async function daysAround(tx: Tx, wanted: readonly Wanted[]): Promise<Map<string, string[]>> {
  const contacts = wanted.filter((each) => each.class === 'contact');
  const days = contacts.map(({ local_date }) => local_date).sort();
  if (days.length === 0) return new Map();
  const rows = await tx.query<{ scope: string; person_key: string | null; contact_point_key: string | null; day: string }>(AROUND, [
    [...new Set(contacts.map(({ scope }) => scope))],
    contacts.map(({ person_key }) => person_key),
    contacts.flatMap(({ contact_point_key }) => contact_point_key ?? []),
    addDays(days[0]!, 1 - WINDOW_DAYS_MAX),
    addDays(days.at(-1)!, WINDOW_DAYS_MAX - 1),
  ]);
  const found = new Map<string, string[]>();
  for (const { scope, person_key, contact_point_key, day } of rows) {
    const key = person_key === null ? bucket(scope, 'contact-point', contact_point_key!) : bucket(scope, 'person', person_key);
    found.set(key, [...(found.get(key) ?? []), day]);
  }
  return found;
}

const COLUMNS = `scope text, person_key text, contact_point_key text, local_date date, class text, creditor_id text, cause text, notice_id uuid, customer_id text, n int`;

// Ordered, because two transactions that insert in opposite order deadlock, even with `on conflict do nothing`.
// The unique indexes decide who gets the day, between transactions and within one batch: whoever inserts second gets no row.
const RESERVE = `
  with wanted as (select w.* from jsonb_to_recordset($1::jsonb) as w (${COLUMNS})),
  taken as (
    insert into contact_day (scope, person_key, contact_point_key, local_date, class, creditor_id, cause, notice_id, customer_id, recorded_at)
    select scope, person_key, contact_point_key, local_date, class, creditor_id, cause, notice_id, customer_id, $2 from wanted
    order by scope, (person_key is null), coalesce(person_key, contact_point_key), local_date, class, n
    on conflict do nothing
    returning scope, person_key, contact_point_key, local_date, class, notice_id
  )
  select w.n from taken t join wanted w on w.scope = t.scope and w.local_date = t.local_date and w.class = t.class
    and w.person_key is not distinct from t.person_key and w.contact_point_key is not distinct from t.contact_point_key
    and w.notice_id is not distinct from t.notice_id`;

const AROUND = `
  select scope, person_key, contact_point_key, local_date::text as day from contact_day
  where scope = any($1) and class = 'contact' and local_date between $4 and $5
    and (person_key = any($2) or contact_point_key = any($3))`;
