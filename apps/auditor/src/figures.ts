import { daysBetween, localDate, nextBusinessDay } from '@emdia/calendar';
import { reading, type Urls } from './snapshot';

/** What happened at one creditor, counted in the services' own tables; money in integer cents. */
export interface Figures {
  readonly invoices: { readonly issued: number; readonly cancelled: number; readonly paid_on_time: number; readonly paid_late: number; readonly open: number };
  readonly payments: number;
  readonly refunds: number;
  readonly ledger: {
    readonly invoiced_cents: number;
    /** What came less what was given back. */
    readonly received_cents: number;
    /** What of it pays invoices, without late charges. */
    readonly settled_cents: number;
    readonly open_cents: number;
    readonly unapplied_cents: number;
    readonly charges_cents: number;
    readonly waived_cents: number;
    readonly written_off_cents: number;
  };
  readonly contacts: readonly { readonly step: string; readonly count: number }[];
  /** Receivables paid late, by the step of the last message about them before; `none` where there was none. */
  readonly recovered: readonly { readonly step: string; readonly count: number; readonly amount_cents: number }[];
  readonly open_by_age: readonly { readonly age: string; readonly count: number; readonly open_cents: number }[];
}

interface Receivable {
  readonly receivable_id: string;
  readonly status: 'open' | 'settled' | 'cancelled' | 'written-off';
  readonly amount_cents: number;
  readonly paid_cents: number;
  readonly waived_cents: number;
  readonly written_off_cents: number;
  readonly open_cents: number;
  readonly original_due_date: string;
  readonly settled_on: string | null;
}

interface Message {
  readonly step: string;
  readonly purpose: string;
  readonly call_began_at: Date;
  readonly receivable_ids: readonly string[];
}

const ZONE = 'America/Sao_Paulo';
const AGES = [['not yet due', -Infinity, 0], ['1 to 30 days', 1, 30], ['31 to 60 days', 31, 60], ['61 to 90 days', 61, 90], ['over 90 days', 91, Infinity]] as const;

const RECEIVABLES = `
  select receivable_id, status, amount_cents::float8 as amount_cents, paid_cents::float8 as paid_cents, waived_cents::float8 as waived_cents, written_off_cents::float8 as written_off_cents, open_cents::float8 as open_cents,
    original_due_date::text as original_due_date, settled_on::text as settled_on
  from reconciliation.receivable where creditor_id = $1 and status <> 'unissued'`;
const BOOKS = `
  select coalesce(sum(p.amount_cents) filter (where p.account in ('cash_in_transit', 'cash', 'fees')), 0)::float8 as received_cents,
    coalesce(-sum(p.amount_cents) filter (where p.account = 'unapplied'), 0)::float8 as unapplied_cents,
    coalesce(-sum(p.amount_cents) filter (where p.account in ('fine_income', 'interest_income', 'charge_difference')), 0)::float8 as charges_cents,
    count(distinct e.id) filter (where e.cause like 'payment:%')::int as payments,
    count(distinct e.id) filter (where e.cause like 'refund:%')::int as refunds
  from reconciliation.posting p join reconciliation.entry e on e.id = p.entry_id where p.creditor_id = $1`;
const MESSAGES = `
  select d.step, d.purpose, d.call_began_at,
    array(select c ->> 'receivable_id' from jsonb_array_elements(d.verdict -> 'covers') c where (c ->> 'goes')::boolean) as receivable_ids
  from notifications.delivery d where d.creditor_id = $1 and d.status in ('sent', 'unknown') order by d.call_began_at, d.notice_id`;

/** Reads the figures of one creditor; `now` is business time, by which debts have an age. */
export function figuresOf(urls: Urls, creditor_id: string, now: Date): Promise<Figures> {
  return reading(urls, async (snapshot) => {
    const receivables = await snapshot.all<Receivable>('reconciliation', RECEIVABLES, [creditor_id]);
    const [books] = await snapshot.all<{ received_cents: number; unapplied_cents: number; charges_cents: number; payments: number; refunds: number }>('reconciliation', BOOKS, [creditor_id]);
    const messages = await snapshot.all<Message>('notifications', MESSAGES, [creditor_id]);
    const sum = (of: (receivable: Receivable) => number) => receivables.reduce((total, receivable) => total + of(receivable), 0);
    const { payments, refunds, ...money } = books!;
    return {
      invoices: {
        issued: receivables.length,
        cancelled: receivables.filter(({ status }) => status === 'cancelled').length,
        paid_on_time: receivables.filter((each) => each.status === 'settled' && !isLate(each)).length,
        paid_late: receivables.filter(isLate).length,
        open: receivables.filter(({ status }) => status === 'open').length,
      },
      payments, refunds,
      ledger: {
        invoiced_cents: sum((each) => each.amount_cents), settled_cents: sum((each) => each.paid_cents), open_cents: sum((each) => each.open_cents),
        waived_cents: sum((each) => each.waived_cents), written_off_cents: sum((each) => each.written_off_cents), ...money,
      },
      contacts: contactsByStep(messages),
      recovered: recoveredByStep(receivables, messages),
      open_by_age: openByAge(receivables, localDate(now, ZONE)),
    };
  });
}

const isLate = ({ status, settled_on, original_due_date }: Receivable): boolean => status === 'settled' && settled_on !== null && settled_on > nextBusinessDay(original_due_date);

/** Steps of the régua in its order (D-3, D0, D+1...), then those that are not of it. */
function inOrder<R extends { step: string }>(rows: R[]): R[] {
  const rank = ({ step }: R) => (step === 'none' ? -1_000 : /^D[+-]?\d+$/.test(step) ? Number(step.slice(1)) : 1_000);
  return rows.sort((a, b) => rank(a) - rank(b) || (a.step < b.step ? -1 : 1));
}

function contactsByStep(messages: readonly Message[]): { step: string; count: number }[] {
  const counts = new Map<string, number>();
  for (const { step } of messages) counts.set(step, (counts.get(step) ?? 0) + 1);
  return inOrder([...counts].map(([step, count]) => ({ step, count })));
}

function recoveredByStep(receivables: readonly Receivable[], messages: readonly Message[]): { step: string; count: number; amount_cents: number }[] {
  const settled = new Map(receivables.filter(isLate).map((receivable) => [receivable.receivable_id, receivable]));
  const last = new Map<string, string>();
  for (const { step, purpose, call_began_at, receivable_ids } of messages) {
    if (purpose !== 'collection' && purpose !== 'agreement') continue;
    for (const id of receivable_ids) if ((settled.get(id)?.settled_on ?? '') >= localDate(call_began_at, ZONE)) last.set(id, step);
  }
  const found = new Map<string, { step: string; count: number; amount_cents: number }>();
  for (const [id, { amount_cents }] of settled) {
    const step = last.get(id) ?? 'none';
    const row = found.get(step) ?? { step, count: 0, amount_cents: 0 };
    found.set(step, { step, count: row.count + 1, amount_cents: row.amount_cents + amount_cents });
  }
  return inOrder([...found.values()]);
}

function openByAge(receivables: readonly Receivable[], today: string): { age: string; count: number; open_cents: number }[] {
  const open = receivables.filter(({ status }) => status === 'open').map(({ original_due_date, open_cents }) => ({ days: daysBetween(original_due_date, today), open_cents }));
  return AGES.map(([age, from, to]) => {
    const within = open.filter(({ days }) => days >= from && days <= to);
    return { age, count: within.length, open_cents: within.reduce((sum, { open_cents }) => sum + open_cents, 0) };
  });
}
