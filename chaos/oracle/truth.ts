import { createHash } from 'node:crypto';
import { Random } from '../random';

export const CREDITOR = 'academia-sol';
export const PLATFORM = 'loja';

/** One event as the platform publishes it, at a time after the beginning of the load; a key is a customer. */
export interface Told {
  readonly at_ms: number;
  readonly key: string;
  readonly value: string;
}

/** What a platform's garbage must come to: kept in quarantine, by the id it bears (null: by none), for this reason. */
export interface Poison {
  readonly event_id: string | null;
  readonly reason: string;
}

export interface TrueInvoice {
  readonly invoice_id: string;
  readonly customer_id: string;
  readonly due_date: string;
  readonly amount_cents: number;
  readonly open_cents: number;
  readonly status: 'open' | 'settled' | 'cancelled';
  /** Whether its events were told in another order than they happened. */
  readonly disordered: boolean;
}

export interface TruePayment {
  readonly payment_id: string;
  readonly received_cents: number;
  readonly refunded_cents: number;
}

/** Everything that one customer's platform tells of them, and what is true in the end whatever becomes of the telling. */
export interface Life {
  readonly told: readonly Told[];
  readonly event_ids: readonly string[];
  readonly invoices: readonly TrueInvoice[];
  readonly payments: readonly TruePayment[];
  readonly poison: readonly Poison[];
}

interface Happening {
  readonly id: string;
  readonly type: string;
  readonly after_s: number;
  readonly data: Record<string, unknown>;
}

/** Days from the due date to today: before, on and after it, at each step of the default régua and beyond its end. */
const DUE_DAYS = [5, 3, 1, 0, -1, -1, -3, -3, -7, -15, -30, -60];
const DUPLICATE = 0.12;
const LATE_DUPLICATE = 0.08;

const day = (today: string, days: number): string => new Date(Date.parse(`${today}T12:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);

/** A CPF with right check digits, made from a number; no person's. */
function cpf(number: number): string {
  const digits = String(100_000_000 + number).padStart(9, '0').slice(-9);
  const check = (text: string): number => {
    const sum = [...text].reduce((total, digit, index) => total + Number(digit) * (text.length + 1 - index), 0);
    return (sum * 10) % 11 % 10;
  };
  const first = check(digits);
  return `${digits}${first}${check(`${digits}${first}`)}`;
}

const cloudEvent = ({ id, type, data }: Happening): string =>
  JSON.stringify({ specversion: '1.0', id, source: `/${PLATFORM}`, type: `upstream.${type}.v1`, data: { creditor_id: CREDITOR, ...data } });

/** What the platform says of a retry that was declined: as any other declined charge, under an id of the act's. */
export function declined({ act_id, customer_id, invoice_id: reference, call_began_at: attempted_at, amount_cents }: Readonly<Record<string, unknown>>): Omit<Told, 'at_ms'> {
  const attempt = { attempt_id: `act-${String(act_id)}`, rail: 'CARD', card: `card-${String(customer_id)}`, brand: 'visa', network_code: '51', attempted_at, amount_cents };
  const data = { payment_id: `act-${String(act_id)}`, reference, customer_id, code: 'DECLINED', attempt };
  return { key: `${CREDITOR}/${String(customer_id)}`, value: cloudEvent({ id: `e-act-${String(act_id)}`, type: 'payment-failed', after_s: 0, data }) };
}

/** The n-th customer's life, told from `from_ms` on; the same seed and number make the same. */
export function lifeOf(seed: number, n: number, today: string, from_ms: number): Life {
  const random = new Random(createHash('sha256').update(`${seed}/${n}`).digest().readUInt32BE());
  const customer_id = `c${n}`;
  const key = `${CREDITOR}/${customer_id}`;
  // Every tenth customer is the one before under another account.
  const person = n % 10 === 9 ? n - 1 : n;
  const customer = {
    customer_id, name: 'Ana Lima', email: `p${person}@cliente.invalid`, document: cpf(person), state: random.chance(0.95) ? random.pick(['SP', 'RJ', 'MG', 'PE']) : 'AM',
  };
  const happenings: Happening[] = [];
  const invoices: Omit<TrueInvoice, 'disordered'>[] = [];
  const payments: TruePayment[] = [];
  for (let i = 0; i < random.pick([1, 1, 1, 2, 3]); i++) {
    const one = billed(random, `${n}-${i}`, customer, today);
    happenings.push(...one.happenings);
    invoices.push(one.invoice);
    payments.push(...one.payments);
  }
  const disordered = random.chance(0.3);
  const times = happenings.map(({ after_s }) => after_s);
  const order = disordered ? random.shuffled(times) : times;
  const told: Told[] = happenings.flatMap((each, index) => {
    const value = cloudEvent(each);
    const at_ms = from_ms + order[index]! * 1000;
    const again = [...(random.chance(DUPLICATE) ? [at_ms + 1] : []), ...(random.chance(LATE_DUPLICATE) ? [at_ms + random.whole(5_000, 60_000)] : [])];
    return [at_ms, ...again].map((each_ms) => ({ at_ms: each_ms, key, value }));
  });
  const garbage = random.chance(0.05) ? poisonOf(random, n, key, told[0]!) : { told: [], poison: [] };
  return {
    told: [...told, ...garbage.told],
    event_ids: happenings.map(({ id }) => id),
    invoices: invoices.map((invoice) => ({ ...invoice, disordered: disordered && happenings.length > 1 })),
    payments,
    poison: garbage.poison,
  };
}

type Customer = Record<string, string>;

/** An invoice, what changes on it, and the money that comes for it. */
function billed(random: Random, id: string, customer: Customer, today: string) {
  const invoice_id = `inv-${id}`;
  const due_date = day(today, random.pick(DUE_DAYS));
  const issued_cents = random.whole(1_000, 50_000);
  const isAmended = random.chance(0.2);
  const amended_cents = isAmended ? random.whole(1_000, 50_000) : issued_cents;
  const isCancelled = random.chance(0.06);
  const happenings: Happening[] = [
    { id: `e-${invoice_id}`, type: 'invoice-issued', after_s: 0, data: { invoice_id, issue_date: day(due_date, -20), due_date, amount_cents: issued_cents, currency: 'BRL', customer, source_version: 1, instruments: [{ rail: random.chance(0.6) ? 'CARD' : 'BOLETO' }] } },
  ];
  if (random.chance(0.3)) happenings.push(attempted(random, id, invoice_id, customer.customer_id!, issued_cents, today));
  if (isAmended) happenings.push({ id: `e-${invoice_id}-a`, type: 'invoice-amended', after_s: random.whole(1, 15), data: { invoice_id, amount_cents: amended_cents, source_version: 2 } });
  const money = paid(random, id, invoice_id, customer.customer_id!, amended_cents, today);
  happenings.push(...money.happenings);
  if (isCancelled) happenings.push({ id: `e-${invoice_id}-c`, type: 'invoice-cancelled', after_s: random.whole(10, 40), data: { invoice_id, source_version: 3 } });
  const net_cents = money.payments.reduce((sum, { received_cents, refunded_cents }) => sum + received_cents - refunded_cents, 0);
  const open_cents = isCancelled ? 0 : amended_cents - Math.min(amended_cents, net_cents);
  const status = isCancelled ? ('cancelled' as const) : open_cents === 0 ? ('settled' as const) : ('open' as const);
  const invoice = { invoice_id, customer_id: customer.customer_id!, due_date, amount_cents: isCancelled ? 0 : amended_cents, open_cents, status };
  return { happenings, invoice, payments: money.payments };
}

/** A charge of some days ago that was declined; after some codes never to be tried again. */
function attempted(random: Random, id: string, reference: string, customer_id: string, amount_cents: number, today: string): Happening {
  const attempt = { attempt_id: `try-${id}`, rail: 'CARD', card: `card-${customer_id}`, brand: 'visa', network_code: random.pick(['05', '05', '05', '51', '14']), attempted_at: `${day(today, -4)}T09:00:00-03:00`, amount_cents };
  return { id: `e-try-${id}`, type: 'payment-failed', after_s: random.whole(0, 20), data: { payment_id: `try-${id}`, reference, customer_id, code: 'DECLINED', attempt } };
}

/** How people pay: not at all, wholly, partly, in two parts, too much; some get it back, some only begin. */
const WAYS = ['none', 'none', 'none', 'none', 'whole', 'whole', 'whole', 'part', 'two parts', 'too much', 'refunded', 'refunded in part', 'pending', 'failed', 'pending, then received'] as const;

function paid(random: Random, id: string, reference: string, customer_id: string, cents: number, today: string) {
  const way = random.pick(WAYS);
  const happenings: Happening[] = [];
  const payments: TruePayment[] = [];
  const known = random.chance(0.7) ? { customer_id } : {};
  const pay = (part: number, amount_cents: number, after_s: number, refunded_cents = 0): void => {
    const payment_id = `pay-${id}-${part}`;
    const data = { payment_id, reference, ...known, amount_cents, currency: 'BRL', paid_date: today, credit_date: today };
    happenings.push({ id: `e-${payment_id}`, type: 'payment-received', after_s, data });
    if (refunded_cents > 0) {
      const refund = { refund_id: `ref-${id}-${part}`, payment_id, amount_cents: refunded_cents, currency: 'BRL', refunded_date: today };
      happenings.push({ id: `e-ref-${id}-${part}`, type: 'payment-refunded', after_s: after_s + random.whole(1, 20), data: refund });
    }
    payments.push({ payment_id, received_cents: amount_cents, refunded_cents });
  };
  const tried = (type: string, after_s: number, minute: number): void => {
    const payment_id = `pay-${id}-0`;
    const begun = type === 'payment-pending' ? { reference, ...known, amount_cents: cents, currency: 'BRL' } : {};
    happenings.push({ id: `e-${payment_id}-${type}`, type, after_s, data: { payment_id, ...begun, occurred_at: `${today}T09:0${minute}:00-03:00` } });
  };
  const after_s = random.whole(1, 45);
  const half = Math.ceil(cents / 2);
  if (way === 'whole') pay(0, cents, after_s);
  if (way === 'part') pay(0, half, after_s);
  if (way === 'two parts') [half, cents - half].forEach((part, index) => pay(index, part, after_s + index * 5));
  if (way === 'too much') pay(0, cents + 500, after_s);
  if (way === 'refunded') pay(0, cents, after_s, cents);
  if (way === 'refunded in part') pay(0, cents, after_s, half);
  if (way.startsWith('pending') || way === 'failed') tried('payment-pending', after_s, 1);
  if (way === 'failed') tried('payment-failed', after_s + 10, 2);
  if (way === 'pending, then received') pay(0, cents, after_s + 10);
  return { happenings, payments };
}

/** Garbage of one kind, in the customer's own partition and in the midst of what is good. */
function poisonOf(random: Random, n: number, key: string, first: Told): { told: Told[]; poison: Poison[] } {
  const id = `e-x-${n}`;
  const at_ms = first.at_ms + random.whole(0, 20_000);
  const customer = { customer_id: `c${n}`, name: 'Ana Lima' };
  const data = { invoice_id: `inv-x-${n}`, issue_date: '2026-03-01', due_date: '2026-03-10', amount_cents: 100, currency: 'BRL', customer };
  const event = (type: string, changed: object): string => JSON.stringify({ specversion: '1.0', id, source: `/${PLATFORM}`, type, data: { creditor_id: CREDITOR, ...data, ...changed } });
  const of = (value: string, reason: string, event_id: string | null = id) => ({ told: [{ at_ms, key, value }], poison: [{ event_id, reason }] });
  switch (random.whole(0, 5)) {
    case 0:
      return of(`{"specversion":"1.0","id":"${id}", and then the line broke`, 'not-an-event', null);
    case 1:
      return of(event('upstream.invoice-issued.v1', { amount_cents: -5 }), 'contract-violation');
    case 2:
      return of(event('upstream.invoice-issued.v9', {}), 'unknown-version');
    case 3:
      return of(event('upstream.invoice-dreamt.v1', {}), 'unknown-type');
    case 4:
      return of(event('upstream.invoice-issued.v1', { creditor_id: 'outra-casa' }), 'not-its-creditor');
    default: {
      // The same id with another content, right behind the first so that it is the second in any case.
      const good = JSON.parse(first.value) as { id: string; data: object };
      const value = JSON.stringify({ ...good, data: { ...good.data, description: 'another' } });
      return { told: [{ at_ms: first.at_ms, key, value }], poison: [{ event_id: good.id, reason: 'conflicting-content' }] };
    }
  }
}
