import { instantAt, localDate } from '@emdia/calendar';
import { Finding } from '../finding';
import type { Snapshot } from '../snapshot';
import { eachAct } from './acts';

/** One debt in one collection message whose provider call began, one that somebody was told to call about, or one act that was asked of the creditor's systems. */
export interface Asked {
  readonly notice_id: string | null;
  readonly act_id: string | null;
  /** Of a call by a person: what they were told when they asked whether they may. */
  readonly answer_id: string | null;
  readonly creditor_id: string;
  readonly customer_id: string;
  readonly receivable_id: string;
  readonly call_began_at: Date;
}

/** A time in which nobody may ask: from when it was recorded until it was recorded to be over (null: still). */
export interface Silence {
  readonly creditor_id: string;
  readonly customer_id: string | null;
  /** Null: every debt of the customer. */
  readonly receivable_id: string | null;
  readonly from: Date;
  readonly until: Date | null;
  readonly why: string;
}

/** A payment with the civil date on which it was made and the instant at which anybody recorded it. */
export interface Paid {
  readonly receivable_id: string;
  readonly paid_date: string;
  readonly recorded_at: Date;
}

const ZONE = 'America/Sao_Paulo';
/** What was recorded this long before the call had to be known: 3 s of heartbeat, 1 s of transaction, 1 s of verdict. */
const KNOWN_AFTER_MS = 5_000;

const ASKED = `
  select d.notice_id, null as act_id, null as answer_id, d.creditor_id, d.customer_id, (c ->> 'receivable_id')::uuid as receivable_id, d.call_began_at
  from notifications.delivery d
  cross join lateral jsonb_array_elements(coalesce(d.verdict -> 'covers', d.covers)) c
  where d.purpose = 'collection' and d.call_began_at is not null and coalesce((c ->> 'goes')::boolean, true)
  union all
  select null, null, a.answer_id, a.creditor_id, a.customer_id, (m ->> 'receivable_id')::uuid, a.answered_at
  from notifications.call_answer a cross join lateral jsonb_array_elements(a.may_ask_for) m where a.answer = 'may-call'`;

// The ledger's own word on each receivable, every change of it.
const COLLECTABILITY = `
  select r.creditor_id, r.customer_id, c.receivable_id, c.collectability, c.recorded_at
  from reconciliation.collectability_change c join reconciliation.receivable r using (receivable_id)
  order by c.receivable_id, c.version`;

// What those recorded who decided it, whatever the ledger made of it.
const NEGOTIATED = ['promise', 'agreement', 'dispute'].map((thing) => `
  select t.creditor_id, t.customer_id, c.receivable_id, t.made_at as "from", t.ended_at as "until", '${{ promise: 'promised', agreement: 'agreed', dispute: 'disputed' }[thing]}' as why
  from negotiation.${thing} t join negotiation.cover c on c.thing_id = t.${thing}_id`).join(' union all ');
const HELD = `
  select creditor_id, substr(key, strpos(key, '/') + 1) as customer_id, receivable_ids, placed_at, lifted_at, review_date::text as review_date
  from dunning.hold`;

// Money in the ledger: a receivable whose postings come to nothing or less is paid or cancelled.
const POSTINGS = `
  select r.creditor_id, r.customer_id, p.receivable_id, e.recorded_at, sum(p.amount_cents)::float8 as amount_cents
  from reconciliation.posting p join reconciliation.entry e on e.id = p.entry_id join reconciliation.receivable r on r.receivable_id = p.receivable_id
  where p.account = 'receivable' group by 1, 2, 3, 4 order by p.receivable_id, e.recorded_at`;

// When each payment was made, and when the ledger first heard of it.
const PAID = `
  select a.receivable_id, p.paid_date::text as paid_date, p.recorded_at
  from reconciliation.allocation a join reconciliation.payment p using (creditor_id, source, payment_id, account_key)
  where p.paid_date is not null and a.principal_cents > 0`;

/** Law 1, for every debt in every collection message whose call began, or that somebody was told to call about, and every act. */
export async function leftAlone(snapshot: Snapshot): Promise<Finding> {
  const silences = new Silences();
  for (const silence of await negotiated(snapshot)) silences.add(silence);
  for (const silence of await held(snapshot)) silences.add(silence);
  await addLedger(snapshot, silences);
  const finding = new Finding(1, 'Whoever has paid is left alone');
  finding.unknowable = 0;
  const payments = new Map<string, Paid[]>();
  await snapshot.each<Paid>('reconciliation', PAID, (row) => payments.set(row.receivable_id, [...(payments.get(row.receivable_id) ?? []), row]));
  const judge = (asked: Asked) => judgeAsked(finding, asked, silences, payments.get(asked.receivable_id) ?? []);
  await snapshot.each<Asked>('notifications', ASKED, judge);
  await eachAct(snapshot, judge);
  return finding;
}

/** Times of silence, found by debt and by customer. */
export class Silences {
  private readonly ofDebt = new Map<string, Silence[]>();
  private readonly ofCustomer = new Map<string, Silence[]>();

  add(silence: Silence): void {
    const [index, key] = silence.receivable_id ? [this.ofDebt, silence.receivable_id] : [this.ofCustomer, `${silence.creditor_id}/${silence.customer_id}`];
    const list = index.get(key);
    if (list) list.push(silence);
    else index.set(key, [silence]);
  }

  of({ receivable_id, creditor_id, customer_id }: Asked): readonly Silence[] {
    return [...(this.ofDebt.get(receivable_id) ?? []), ...(this.ofCustomer.get(`${creditor_id}/${customer_id}`) ?? [])];
  }
}

/** Checks one debt of one message, or one act: was a silence known in time, and still standing when the call began? */
export function judgeAsked(finding: Finding, asked: Asked, silences: Silences, payments: readonly Paid[]): void {
  const began = asked.call_began_at.getTime();
  const broken = silences.of(asked).filter(({ from, until }) => from.getTime() < began - KNOWN_AFTER_MS && (until === null || until.getTime() > began));
  const { creditor_id, notice_id, act_id, answer_id, receivable_id, customer_id } = asked;
  finding.check(broken.length === 0 ? null : {
    what: `${act_id ? 'acted on a debt' : answer_id ? 'told somebody to call about a debt' : 'asked for money'} ${broken.map(({ why, from }) => `${why} since ${from.toISOString()}`).join(', ')}`,
    creditor_id, ids: { notice_id, act_id, answer_id, receivable_id, customer_id, call_began_at: asked.call_began_at.toISOString() },
  });
  const day = localDate(asked.call_began_at, ZONE);
  const paidUnknown = payments.some(({ paid_date, recorded_at }) => paid_date <= day && recorded_at.getTime() >= began - KNOWN_AFTER_MS);
  if (broken.length === 0 && paidUnknown) finding.unknowable = (finding.unknowable ?? 0) + 1;
}

/** A state that changes over time, as silences: each run of changes in which nobody may ask. */
export function silencesOf<C extends { readonly recorded_at: Date }>(changes: readonly C[], why: (change: C) => string | null): { from: Date; until: Date | null; why: string }[] {
  const runs: { from: Date; until: Date | null; why: string }[] = [];
  let open: { from: Date; until: Date | null; why: string } | null = null;
  for (const change of changes) {
    const reason = why(change);
    if (reason && !open) runs.push((open = { from: change.recorded_at, until: null, why: reason }));
    if (!reason && open) {
      open.until = change.recorded_at;
      open = null;
    }
  }
  return runs;
}

const negotiated = (snapshot: Snapshot): Promise<Silence[]> => snapshot.all<Silence>('negotiation', NEGOTIATED);

async function held(snapshot: Snapshot): Promise<Silence[]> {
  type Row = { creditor_id: string; customer_id: string; receivable_ids: string[]; placed_at: Date; lifted_at: Date | null; review_date: string };
  return (await snapshot.all<Row>('dunning', HELD)).flatMap(({ creditor_id, customer_id, receivable_ids, placed_at, lifted_at, review_date }) => {
    const review = instantAt(review_date, '00:00', ZONE);
    const until = lifted_at && lifted_at < review ? lifted_at : review;
    return (receivable_ids.length ? receivable_ids : [null]).map((receivable_id) => ({ creditor_id, customer_id, receivable_id, from: placed_at, until, why: 'held' }));
  });
}

interface Change {
  readonly creditor_id: string;
  readonly customer_id: string;
  readonly receivable_id: string;
  readonly recorded_at: Date;
}

/** Hands over the rows of one receivable at a time; they come in its order. */
async function byReceivable<C extends Change>(snapshot: Snapshot, sql: string, visit: (changes: readonly C[]) => void): Promise<void> {
  let run: C[] = [];
  await snapshot.each<C>('reconciliation', sql, (row) => {
    if (run.length && run[0]!.receivable_id !== row.receivable_id) {
      visit(run);
      run = [];
    }
    run.push(row);
  });
  if (run.length) visit(run);
}

async function addLedger(snapshot: Snapshot, silences: Silences): Promise<void> {
  const add = (changes: readonly Change[], runs: ReturnType<typeof silencesOf>) => {
    const { creditor_id, customer_id, receivable_id } = changes[0]!;
    for (const run of runs) silences.add({ creditor_id, customer_id, receivable_id, ...run });
  };
  await byReceivable<Change & { collectability: string }>(snapshot, COLLECTABILITY, (changes) =>
    add(changes, silencesOf(changes, ({ collectability }) => (collectability === 'owed' ? null : collectability))));
  await byReceivable<Change & { amount_cents: number }>(snapshot, POSTINGS, (changes) => {
    let open_cents = 0;
    const balances = changes.map(({ amount_cents, recorded_at }) => ({ recorded_at, open_cents: (open_cents += amount_cents) }));
    add(changes, silencesOf(balances, (balance) => (balance.open_cents <= 0 ? 'paid by its postings' : null)));
  });
}
