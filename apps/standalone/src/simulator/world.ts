import { addDays, type CivilDate } from '@emdia/calendar';
import { derivedId } from '@emdia/contracts';
import type { Reply, Tried } from './creditor-systems';
import type { Deed } from './program';

export const CREDITOR = 'academia-sol';
export const PLATFORM = 'sim';
export const SOURCE = 'upstream';

/** A CloudEvent as the platform sends it. */
export interface Told {
  readonly specversion: '1.0';
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly data: Record<string, unknown>;
}

interface Invoice {
  readonly invoice_id: string;
  readonly customer_id: string;
  readonly amount_cents: number;
  readonly due_date: CivilDate;
}

interface Paid {
  readonly payment_id: string;
  readonly amount_cents: number;
}

const PERSONS = ['529.982.247-25', '111.444.777-35', '123.456.789-09', '987.654.321-00', '168.995.350-09'];

export type Event = Extract<Deed, { kind: 'issue' | 'pay' | 'refund' | 'amend' | 'cancel' | 'pending' | 'failed' | 'decline' | 'contact' | 'spoilt' | 'conflict' }>;
const EVENTS: readonly Deed['kind'][] = ['issue', 'pay', 'refund', 'amend', 'cancel', 'pending', 'failed', 'decline', 'contact', 'spoilt', 'conflict'];
export const isEvent = (deed: Deed): deed is Event => EVENTS.includes(deed.kind);

/** How customers' invoices are charged, one after the other: nobody says; by card; by Pix Automático; by direct debit. */
const WALLETS = [null, 'CARD', 'PIX_AUTO', 'DEBIT'] as const;
const BRANDS = ['visa', 'mastercard', 'elo'];

/** What the platform knows: turns the small numbers of a deed into invoices, payments and people. */
export class World {
  private readonly invoices: Invoice[] = [];
  private readonly payments: Paid[] = [];
  private readonly pendings: { payment_id: string; reference: string; customer_id: string; amount_cents: number }[] = [];
  readonly spoilt: Told[] = [];
  private told = 0;
  private paidBefore = 0;

  constructor(
    private readonly customers: number,
    private readonly hasSharedPerson: boolean,
    /** Told of every charge that the platform tries by itself. */
    private readonly tries: (tried: Tried) => void,
  ) {}

  /** What was told until now is known; two payments of one step cannot contradict each other, as either may come first. */
  stepBegins(): void {
    this.paidBefore = this.payments.length;
  }

  customer(who: number): string {
    return `c${who % this.customers}`;
  }

  /**
   * What is known of a customer; the first two may be one person with two accounts. When both are to be written to on one
   * day, the letter that comes first takes the day, and another order rightly gives it to the other.
   */
  private person(customer_id: string): Record<string, unknown> {
    const number = Number(customer_id.slice(1));
    const document = PERSONS[this.hasSharedPerson && number === 1 ? 0 : number];
    return { customer_id, name: `Cliente ${number}`, email: `${this.hasSharedPerson && number === 1 ? 'c0' : customer_id}@cliente.invalid`, state: 'SP', ...(document ? { document } : {}) };
  }

  private invoice(which: number): Invoice {
    // Half of the time one of the last, so that much happens to one invoice at once.
    const at = which % 2 === 0 ? which % (this.invoices.length + 1) : Math.max(0, this.invoices.length - ((which >> 1) % 5));
    // One that was not issued yet, and may be later.
    return this.invoices[at] ?? { invoice_id: `inv-${at}`, customer_id: this.customer(which), amount_cents: 10_000, due_date: '2026-03-10' };
  }

  /** The event that a deed comes to, at an instant. */
  event(deed: Event, now: Date, today: CivilDate): Told {
    const number = this.told++;
    const occurred_at = new Date(now.getTime() + number * 1_000).toISOString();
    const [type, data] = this.content(deed, today, now);
    const told: Told = { specversion: '1.0', id: derivedId('sim', number, type), source: '/sim', type: `upstream.${type}.v1`, data: { creditor_id: CREDITOR, ...data, ...(type === 'payment-refunded' ? {} : { occurred_at }) } };
    if (deed.kind === 'spoilt') this.spoilt.push(told);
    return told;
  }

  private content(deed: Event, today: CivilDate, now: Date): [string, Record<string, unknown>] {
    switch (deed.kind) {
      case 'issue':
        return ['invoice-issued', this.issue(deed, today)];
      case 'pay':
      case 'spoilt':
        return ['payment-received', this.pay(deed, today)];
      case 'conflict':
        return ['payment-received', this.conflict(deed.which, today)];
      case 'refund':
        return ['payment-refunded', this.refund(deed, today)];
      case 'amend': {
        const { invoice_id, due_date, amount_cents } = this.invoice(deed.which);
        return ['invoice-amended', { invoice_id, due_date: addDays(due_date, deed.days), amount_cents: Math.max(1, Math.round((amount_cents * deed.percent) / 100)) }];
      }
      case 'cancel':
        return ['invoice-cancelled', { invoice_id: this.invoice(deed.which).invoice_id, reason: 'Assinatura encerrada' }];
      case 'pending': {
        const { invoice_id: reference, customer_id, amount_cents } = this.invoice(deed.which);
        const pending = { payment_id: `pending-${this.pendings.length}`, reference, customer_id, amount_cents };
        this.pendings.push(pending);
        return ['payment-pending', { ...pending, currency: 'BRL' }];
      }
      case 'failed': {
        const { payment_id, reference, customer_id } = this.pendings[deed.which % Math.max(1, this.pendings.length)] ?? { payment_id: 'pending-0', reference: 'inv-0', customer_id: 'c0' };
        return ['payment-failed', { payment_id, reference, customer_id, code: 'INSUFFICIENT_FUNDS' }];
      }
      case 'decline':
        return ['payment-failed', this.decline(deed, now)];
      case 'contact': {
        const customer_id = this.customer(deed.who);
        return ['customer-changed', { ...this.person(customer_id), state: deed.state, ...(deed.moved ? { email: `${customer_id}-${deed.who}@cliente.invalid` } : {}) }];
      }
    }
  }

  private issue({ who, due_in_days, amount_cents }: Extract<Deed, { kind: 'issue' }>, today: CivilDate): Record<string, unknown> {
    const due_date = addDays(today, due_in_days);
    const invoice = { invoice_id: `inv-${this.invoices.length}`, customer_id: this.customer(who), amount_cents, due_date };
    this.invoices.push(invoice);
    const { customer_id, ...rest } = invoice;
    const rail = this.wallet(customer_id);
    return { ...rest, issue_date: due_date < today ? due_date : today, currency: 'BRL', customer: this.person(customer_id), ...(rail ? { instruments: [{ rail }] } : {}) };
  }

  private pay(deed: Extract<Deed, { kind: 'pay' | 'spoilt' }>, today: CivilDate): Record<string, unknown> {
    const { invoice_id, customer_id, amount_cents } = this.invoice(deed.which);
    const { share, names } = deed.kind === 'pay' ? deed : { share: 'whole' as const, names: 'all' as const };
    const paid = { payment_id: `pay-${this.payments.length}`, amount_cents: Math.max(1, Math.round(amount_cents * { part: 0.4, whole: 1, over: 1.3 }[share])) };
    this.payments.push(paid);
    return {
      ...paid, currency: 'BRL', paid_date: deed.kind === 'spoilt' ? '2026-02-30' : today, credit_date: today,
      ...(names === 'customer' ? {} : { reference: invoice_id }), ...(names === 'reference' ? {} : { customer_id }),
    };
  }

  private wallet(customer_id: string): (typeof WALLETS)[number] {
    return WALLETS[Number(customer_id.slice(1)) % WALLETS.length]!;
  }

  /** A charge that was tried and declined, as every source tells it. */
  private attempt(customer_id: string, attempt_id: string, at: Date, amount_cents: number, code: string): Record<string, unknown> {
    const rail = this.wallet(customer_id);
    const isCard = rail === null || rail === 'CARD';
    const card = isCard ? { card: `card-${customer_id}`, brand: BRANDS[Number(customer_id.slice(1)) % BRANDS.length], network_code: code } : {};
    return { attempt_id, attempted_at: at.toISOString(), amount_cents, ...(rail ? { rail } : {}), ...card, ...(rail === 'PIX_AUTO' ? { retry_policy: 'PERMITE_3R_7D' } : {}) };
  }

  /** The platform tried a charge by itself, which was declined; it may say when it tries again. */
  private decline({ which, code, again_in_days }: Extract<Deed, { kind: 'decline' }>, now: Date): Record<string, unknown> {
    const { invoice_id: reference, customer_id, amount_cents } = this.invoice(which);
    const attempt = this.attempt(customer_id, `try-${this.told}`, now, amount_cents, code);
    const { card = null, brand = null } = attempt as { card?: string; brand?: string };
    this.tries({ receivable_id: derivedId('receivable', CREDITOR, reference), rail: card === null ? this.wallet(customer_id) : 'CARD', card, brand, at: now });
    const next = again_in_days > 0 ? { next_attempt_at: new Date(now.getTime() + again_in_days * 86_400_000).toISOString() } : {};
    return { payment_id: `try-${this.told}`, reference, customer_id, code: 'DECLINED', attempt: { ...attempt, ...next } };
  }

  /** What the platform tells of an act that its systems took: by one id, however often. */
  reply({ act: { act_id, customer_id, invoice_id: reference, call_began_at, open_cents, ...act }, what, times }: Reply, now: Date, today: CivilDate): Told[] {
    const amount_cents = act.kind === 'retry' ? act.amount_cents : open_cents;
    const common = { creditor_id: CREDITOR, payment_id: `act-${act_id}`, reference, customer_id, occurred_at: now.toISOString() };
    const [type, data] = what === 'paid'
      ? ['payment-received', { ...common, amount_cents, currency: 'BRL', paid_date: today, credit_date: today }]
      : ['payment-failed', { ...common, code: 'DECLINED', attempt: this.attempt(customer_id, `act-${act_id}`, new Date(call_began_at), amount_cents, '51') }];
    return Array.from({ length: times }, () => ({ specversion: '1.0', id: derivedId('sim', act_id, type), source: '/sim', type: `upstream.${type}.v1`, data }));
  }

  /** A payment told before, with another amount. */
  private conflict(which: number, today: CivilDate): Record<string, unknown> {
    const paid = (this.paidBefore > 0 && this.payments[which % this.paidBefore]) || { payment_id: `pay-none-${this.told}`, amount_cents: 100 };
    return { ...paid, amount_cents: paid.amount_cents + 100, currency: 'BRL', paid_date: today, customer_id: 'c0' };
  }

  private refund({ which, share }: Extract<Deed, { kind: 'refund' }>, today: CivilDate): Record<string, unknown> {
    const at = which % (this.payments.length + 1);
    const { payment_id, amount_cents } = this.payments[at] ?? { payment_id: `pay-${at}`, amount_cents: 5_000 };
    return { refund_id: `refund-${this.told}`, payment_id, amount_cents: Math.max(1, Math.round(amount_cents * (share === 'part' ? 0.3 : 1))), currency: 'BRL', refunded_date: today };
  }
}
