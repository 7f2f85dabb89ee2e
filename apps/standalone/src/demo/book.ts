import { addDays, type CivilDate, daysBetween, instantAt } from '@emdia/calendar';
import { type Character, character, paysOn } from './behaviour';
import { Diary, HOURS, type Invoice, SOURCE, ZONE } from './diary';
import { type Book, type Fact, inOrder, receivableId, upstream } from './fact';
import { incident, lifeOf } from './incidents';
import { instruments } from './payment-codes';
import { person, type Person } from './people';
import { Seeded } from './seeded';
import { truthOf } from './truth';

export interface BookOptions {
  readonly customers: number;
  readonly months: number;
  readonly seed: number;
}

export const CREDITOR_ID = 'demo-assinaturas';
export const FIRST_DAY = '2025-01-01';
export const DUE_DAYS = [5, 8, 10, 12, 15, 18, 20, 25, 28] as const;
export const PLANS: readonly (readonly [{ name: string; price_cents: number }, number])[] = [
  [{ name: 'Essencial', price_cents: 3_990 }, 30], [{ name: 'Básico', price_cents: 5_990 }, 22], [{ name: 'Família', price_cents: 8_990 }, 18],
  [{ name: 'Mais', price_cents: 12_990 }, 12], [{ name: 'Profissional', price_cents: 19_990 }, 9], [{ name: 'Equipe', price_cents: 29_990 }, 6], [{ name: 'Empresa', price_cents: 49_990 }, 3],
];

const two = (n: number) => String(n).padStart(2, '0');
/** The first day of the n-th month of a book, from 0. */
export const monthStart = (month: number): CivilDate => `${2025 + Math.floor(month / 12)}-${two((month % 12) + 1)}-01`;
export const dueIn = (month: number, day: number): CivilDate => `${monthStart(month).slice(0, 8)}${two(day)}`;

export const CREDITOR = {
  creditor_id: CREDITOR_ID,
  name: 'Demo Assinaturas S.A.',
  document: '11222333000181',
  address: 'Rua das Invenções, 100, São Paulo, SP',
  contact_email: 'atendimento@demo-assinaturas.invalid',
  contact_phone: '+551140000000',
  sender_name: 'Demo Assinaturas',
  default_queue: 'cobranca',
} as const;

/** A subscription business as one might have been: the same options give the same book, to the last id. */
export function inventedBook(options: BookOptions): Book {
  const root = new Seeded(options.seed);
  const last_day = addDays(monthStart(options.months), -1);
  const ends = instantAt(last_day, '20:00', ZONE);
  const facts: Fact[] = [];
  let previous: Person | undefined;
  for (let n = 0; n < options.customers; n++) {
    const random = root.branch(n);
    const who = person(random, n, previous?.document && random.chance(0.02) ? previous : undefined);
    facts.push(...customerLife(random, who, options.months));
    previous = who;
  }
  for (let day = FIRST_DAY; day <= last_day; day = addDays(day, 1)) facts.push({ at: instantAt(day, '20:00', ZONE), deed: { kind: 'checked', source: SOURCE, date: day } });
  const happened = inOrder(facts.filter((fact) => fact.at <= ends));
  return {
    creditor_id: CREDITOR_ID, creditor: CREDITOR, source: SOURCE, customers: options.customers, facts: happened,
    truth: truthOf(happened), starts: instantAt(FIRST_DAY, '00:00', ZONE), ends, seed: options.seed,
  };
}

function customerLife(random: Seeded, customer: Person, months: number): Fact[] {
  const diary = new Diary(CREDITOR_ID);
  const plan = random.weighted(PLANS);
  const due_day = random.pick(DUE_DAYS);
  const who = character(random, months);
  const unpaid: Invoice[] = [];
  for (let month = 0; month < months; month++) {
    const invoice = invoiceOf(random, customer, plan, dueIn(month, due_day));
    const paid_on = paysOn(random, who, month, invoice.due_date);
    const what = incident(random);
    lifeOf(diary, random, invoice, paid_on, paid_on ? what : 'none');
    if (!paid_on) unpaid.push(invoice);
  }
  if (who.behaviour === 'difficulty' && unpaid.length) wayOut(diary, random, who, unpaid);
  if (random.chance(0.03)) moves(diary, random, customer, months);
  return diary.facts;
}

/** The invoice of one due date, with codes to pay it that lead nowhere. */
export function invoiceOf(random: Seeded, customer: Person, plan: { name: string; price_cents: number }, due_date: CivilDate, creditor_id: string = CREDITOR_ID): Invoice {
  const invoice_id = `inv-${customer.customer_id.slice(4)}-${due_date.slice(0, 7)}`;
  const issued = addDays(due_date, -10);
  return {
    invoice_id,
    receivable_id: receivableId(creditor_id, invoice_id),
    customer,
    issue_date: issued < FIRST_DAY ? FIRST_DAY : issued,
    due_date,
    amount_cents: plan.price_cents,
    plan: plan.name,
    instruments: instruments(random, due_date, plan.price_cents) as Record<string, string>[],
  };
}

/** Somebody in difficulty is spoken to: they promise a day, or agree on three instalments, and hold to it or not. */
function wayOut(diary: Diary, random: Seeded, who: Character, unpaid: readonly Invoice[]): void {
  const customer_id = unpaid[0]!.customer.customer_id;
  const talked = addDays(unpaid[unpaid.length - 1]!.due_date, random.between(6, 14));
  const total_cents = unpaid.reduce((sum, invoice) => sum + invoice.amount_cents, 0);
  const receivable_ids = unpaid.map((invoice) => invoice.receivable_id);
  const name = `${who.way_out}-${customer_id}`;
  if (who.way_out === 'promise') {
    const promised_date = addDays(talked, random.between(4, 8));
    diary.at(talked, '12:30', { kind: 'promise', name, customer_id, receivable_ids, amount_cents: total_cents, promised_date });
    const pays = who.holds ? promised_date : random.chance(0.5) ? addDays(promised_date, random.between(10, 30)) : null;
    if (pays) for (const invoice of unpaid) diary.pay(invoice, `pay-${invoice.invoice_id}`, pays, '12:30', invoice.amount_cents);
    return;
  }
  const third_cents = Math.floor(total_cents / 3);
  const instalments = [third_cents, third_cents, total_cents - 2 * third_cents].map((amount_cents, k) => ({ due_date: addDays(talked, 5 + 30 * k), amount_cents }));
  diary.at(talked, '12:30', { kind: 'agreement', name, customer_id, receivable_ids, instalments });
  for (const [k, { due_date, amount_cents }] of instalments.slice(0, who.holds ? 3 : 1).entries()) payInstalment(diary, unpaid[0]!, name, k + 1, due_date, amount_cents);
}

function payInstalment(diary: Diary, invoice: Invoice, agreement: string, number: number, day: CivilDate, amount_cents: number): void {
  const { reference: _filled, ...payment } = diary.payment(invoice, `${agreement}-${number}`, day, amount_cents);
  const at = instantAt(day, '12:30', ZONE);
  diary.facts.push({ at, deed: { kind: 'instalment-payment', agreement, number, event: upstream('payment-received', at, { creditor_id: CREDITOR_ID, ...payment }, payment.payment_id) } });
}

/** A customer tells a telephone number; the older news arrives after the newer. */
function moves(diary: Diary, random: Seeded, customer: Person, months: number): void {
  const day = addDays(FIRST_DAY, 30 + random.between(0, Math.max(1, daysBetween(FIRST_DAY, monthStart(months)) - 40)));
  const { customer_id, name, document, email, state } = customer;
  const known = { customer_id, name, ...(document && { document }), ...(email && { email }), ...(state && { state }) };
  for (const [hour, version] of [[HOURS[0], 2], [HOURS[1], 1]] as const) {
    const occurred_at = instantAt(addDays(day, version - 2), '07:00', ZONE).toISOString();
    diary.tell(day, hour, 'customer-changed', { ...known, phone: `+55119${String(version).repeat(8)}`, occurred_at }, customer_id, version);
  }
}

