import { addDays, type CivilDate, instantAt } from '@emdia/calendar';
import { lastDayWithoutCharge } from '@emdia/money';
import { character } from '../demo/behaviour';
import { type BookOptions, CREDITOR, DUE_DAYS, dueIn, FIRST_DAY, invoiceOf, monthStart, PLANS } from '../demo/book';
import type { ColumnMap } from '../demo/columns';
import { Diary, SOURCE, ZONE } from '../demo/diary';
import { type Book, type Fact, inOrder, receivableId } from '../demo/fact';
import { asked_cents } from '../demo/incidents';
import { person } from '../demo/people';
import { importedBook, type Receivable } from '../demo/receivables-csv';
import { Seeded } from '../demo/seeded';
import { truthOf } from '../demo/truth';
import { Payer, troubleOf } from './payers';

/** Every debt is followed for so long after its due date; what is paid later counts as not recovered. */
export const HORIZON_DAYS = 60;

/** One invoice as the world knows it. */
export interface Debt {
  readonly receivable_id: string;
  readonly customer_id: string;
  readonly amount_cents: number;
  readonly due_date: CivilDate;
  /** Nobody would pay it in time unasked; of a given book: it was not paid in time. The same under every régua. */
  readonly at_risk: boolean;
  /** Who decides when it is paid; null where the book itself tells that. */
  readonly payer: Payer | null;
  /** The payment of a day, by what is asked for on it. */
  readonly payment: (day: CivilDate) => Fact;
}

/** What one régua is tried on: facts that happen whatever it does, and debts whose payment may depend on it. */
export interface Ground {
  readonly book: Book;
  readonly debts: ReadonlyMap<string, Debt>;
}

const EVENING = '20:00';

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
      debts.push({ receivable_id, customer_id: customer.customer_id, amount_cents, due_date, at_risk: trouble !== null, payer: trouble && new Payer(trouble, fate, due_date), payment });
    }
  }
  const last_day = addDays(monthStart(months), HORIZON_DAYS);
  for (let day = FIRST_DAY; day <= last_day; day = addDays(day, 1)) facts.push({ at: instantAt(day, EVENING, ZONE), deed: { kind: 'checked', source: SOURCE, date: day } });
  const happened = inOrder(facts);
  const book: Book = {
    creditor_id, creditor: { ...CREDITOR, creditor_id }, source: SOURCE, customers, facts: happened, truth: truthOf(happened),
    starts: instantAt(FIRST_DAY, '00:00', ZONE), ends: instantAt(last_day, EVENING, ZONE), seed,
  };
  return { book, debts: new Map(debts.map((debt) => [debt.receivable_id, debt])) };
}

/** A book that was read: its payments come on their days, whoever is written to. */
export function givenGround(receivables: readonly Receivable[], map: ColumnMap, creditor_id: string): Ground {
  const debts = receivables.map(({ invoice, customer, amount_cents, due_date, settled_date }): Debt => ({
    receivable_id: receivableId(creditor_id, invoice), customer_id: customer, amount_cents, due_date,
    at_risk: settled_date === null || settled_date > lastDayWithoutCharge(due_date),
    payer: null,
    payment: () => { throw new Error('A given book tells its own payments.'); },
  }));
  return { book: importedBook(receivables, map, creditor_id), debts: new Map(debts.map((debt) => [debt.receivable_id, debt])) };
}
