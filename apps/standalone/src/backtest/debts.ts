import { addDays, type CivilDate, instantAt, localDate } from '@emdia/calendar';
import { lastDayWithoutCharge } from '@emdia/money';
import { character } from '../demo/behaviour';
import { type BookOptions, CREDITOR, DUE_DAYS, dueIn, FIRST_DAY, invoiceOf, monthStart, PLANS } from '../demo/book';
import type { ColumnMap } from '../demo/columns';
import { Diary, SOURCE, ZONE } from '../demo/diary';
import { type Book, type Fact, inOrder, receivableId } from '../demo/fact';
import { asked_cents } from '../demo/incidents';
import { person } from '../demo/people';
import { disputeOf, importedBook, paymentOf, type Receivable, REVIEW_DAYS } from '../demo/receivables-csv';
import { Seeded } from '../demo/seeded';
import { truthOf } from '../demo/truth';
import { Payer, troubleIn, troubleOf, unaskedDay } from './payers';

/** Every debt is followed for so long after its due date; what is paid later counts as not recovered. */
export const HORIZON_DAYS = 60;

/** One invoice as the world knows it. */
export interface Debt {
  readonly receivable_id: string;
  readonly customer_id: string;
  readonly amount_cents: number;
  readonly due_date: CivilDate;
  /** What the file tells of its customer; of made-up people nothing. */
  readonly segment: string | null;
  readonly score: number | null;
  /** Nobody would pay it in time unasked; of a given book: it was not paid in time. The same under every régua. */
  readonly at_risk: boolean;
  /** Who decides when it is paid; null where the book itself tells that, which is never so of a debt at risk. */
  readonly payer: Payer | null;
  /** The payment of a day, in the evening, by what is asked for on it. */
  readonly payment: (day: CivilDate) => Fact;
  /** What the first contact about it is answered with; null where it is not disputed. */
  readonly dispute: ((day: CivilDate) => Fact) | null;
}

/** What one régua is tried on: facts that happen whatever it does, and debts whose payment may depend on it. */
export interface Ground {
  readonly source: 'generated' | 'file';
  /** How much there is in the file of which a part was drawn; null where all of it is here. */
  readonly of: { readonly customers: number; readonly invoices: number } | null;
  readonly book: Book;
  readonly debts: ReadonlyMap<string, Debt>;
}

const EVENING = '20:00';
const evening = (day: CivilDate): Date => instantAt(day, EVENING, ZONE);

/** The source vouches for each day in its evening, when the payments of those who were reached are known. */
function evenings(source: string, first: CivilDate, last: CivilDate): Fact[] {
  const facts: Fact[] = [];
  for (let day = first; day <= last; day = addDays(day, 1)) facts.push({ at: evening(day), deed: { kind: 'checked', source, date: day } });
  return facts;
}

/** A subscription business with the demo's kinds of people, plans and due days, but whose troubled payers answer to what reaches them. */
export function generatedGround({ customers, months, seed }: BookOptions, creditor_id: string): Ground {
  const root = new Seeded(seed);
  const debts: Debt[] = [];
  const facts: Fact[] = [];
  for (let n = 0; n < customers; n++) {
    const random = root.branch(n);
    const [customer, plan, due_day, who] = [person(random, n), random.weighted(PLANS), random.pick(DUE_DAYS), character(random, months)];
    for (let month = 0; month < months; month++) {
      const invoice = invoiceOf(random.branch(month), customer, plan, dueIn(month, due_day), creditor_id);
      const { receivable_id, invoice_id, amount_cents, due_date } = invoice;
      const fate = random.branch(months + month);
      const trouble = troubleOf(fate, who, month);
      const telling = (tell: (diary: Diary) => void): Fact => {
        const diary = new Diary(creditor_id);
        tell(diary);
        return diary.facts[0]!;
      };
      const payment = (day: CivilDate) => telling((diary) => diary.pay(invoice, `pay-${invoice_id}`, day, EVENING, day > due_date ? asked_cents(invoice, day) : amount_cents));
      facts.push(telling((diary) => diary.issue(invoice)));
      if (!trouble) facts.push(payment([addDays(due_date, -fate.between(0, 6)), addDays(invoice.issue_date, 1)].sort()[1]!));
      debts.push({ receivable_id, customer_id: customer.customer_id, amount_cents, due_date, segment: null, score: null, at_risk: trouble !== null, payer: trouble && new Payer(trouble, fate, unaskedDay(trouble, fate, due_date)), payment, dispute: null });
    }
  }
  const last_day = addDays(monthStart(months), HORIZON_DAYS);
  const happened = inOrder([...facts, ...evenings(SOURCE, FIRST_DAY, last_day)]);
  const book: Book = {
    creditor_id, creditor: { ...CREDITOR, creditor_id }, source: SOURCE, customers, facts: happened, truth: truthOf(happened),
    starts: instantAt(FIRST_DAY, '00:00', ZONE), ends: evening(last_day), seed,
  };
  return { source: 'generated', of: null, book, debts: new Map(debts.map((debt) => [debt.receivable_id, debt])) };
}

/**
 * A book that was read. What nobody disputes and was paid in time comes as the file has it, under every régua. The rest has
 * its day in the file as the one on which it comes unasked: contacts may move it earlier, by the model of payers; what
 * is disputed answers the first contact with its dispute, and comes on its day.
 */
export function givenGround(file: readonly Receivable[], map: ColumnMap, creditor_id: string, { debts: debts_max, seed }: { debts: number; seed: number }): Ground {
  const receivables = drawn(file, debts_max, seed);
  const isLate = ({ due_date, settled_date }: Receivable) => settled_date === null || settled_date > lastDayWithoutCharge(due_date);
  const answers = (receivable: Receivable) => receivable.disputed || isLate(receivable);
  const records = new Map<string, { invoices: number; late: number }>();
  for (const receivable of receivables) {
    const { invoices, late } = records.get(receivable.customer) ?? { invoices: 0, late: 0 };
    records.set(receivable.customer, { invoices: invoices + 1, late: late + (isLate(receivable) ? 1 : 0) });
  }
  const root = new Seeded(seed);
  const debts = receivables.map((receivable): Debt => {
    const { line, invoice, customer, amount_cents, due_date, segment = null, score = null, settled_date, disputed } = receivable;
    const trouble = disputed ? 'disputes' : troubleIn(due_date, settled_date, records.get(customer)!);
    return {
      receivable_id: receivableId(creditor_id, invoice), customer_id: customer, amount_cents, due_date, segment, score, at_risk: isLate(receivable),
      payer: answers(receivable) ? new Payer(trouble, root.branch(line), settled_date) : null,
      payment: (day) => paymentOf(receivable, day, evening(day), creditor_id),
      dispute: disputed ? (day) => ({ at: evening(day), deed: disputeOf(receivable, addDays(day, REVIEW_DAYS), creditor_id) }) : null,
    };
  });
  const told = importedBook(receivables.map((receivable) => (answers(receivable) ? { ...receivable, settled_date: null, disputed: false } : receivable)), map, creditor_id);
  const last_day = addDays(receivables.map(({ due_date }) => due_date).sort().at(-1)!, HORIZON_DAYS);
  const facts = inOrder([...told.facts.filter(({ deed }) => deed.kind !== 'checked'), ...evenings(told.source, localDate(told.starts, ZONE), last_day)]);
  const of = receivables === file ? null : { customers: new Set(file.map(({ customer }) => customer)).size, invoices: file.length };
  return { source: 'file', of, book: { ...told, facts, truth: truthOf(facts), ends: evening(last_day), seed }, debts: new Map(debts.map((debt) => [debt.receivable_id, debt])) };
}

/** Whole customers by lot, one at least, until the next would make it more than so many debts. */
export function drawn(receivables: readonly Receivable[], debts_max: number, seed: number): readonly Receivable[] {
  if (receivables.length <= debts_max) return receivables;
  const root = new Seeded(seed);
  const counts = new Map<string, { lot: number; debts: number }>();
  for (const { customer, line } of receivables) {
    const { lot, debts } = counts.get(customer) ?? { lot: root.branch(line).next(), debts: 0 };
    counts.set(customer, { lot, debts: debts + 1 });
  }
  const taken = new Set<string>();
  let sum = 0;
  for (const [customer, { debts }] of [...counts].sort(([, a], [, b]) => a.lot - b.lot)) {
    sum += debts;
    if (taken.size > 0 && sum > debts_max) break;
    taken.add(customer);
  }
  return receivables.filter(({ customer }) => taken.has(customer));
}
