import { type CivilDate, instantAt } from '@emdia/calendar';
import type { ChargePolicy } from '@emdia/contracts';
import { type Deed, type Fact, receivableId, upstream } from './fact';
import type { Person } from './people';

export const ZONE = 'America/Sao_Paulo';
export const SOURCE = 'gateway';

/** The hours (Brasília) at which the platform tells what happened: before the contacts, between them, and after. */
export const HOURS = ['07:30', '12:30', '20:00'] as const;
export type Hour = (typeof HOURS)[number];

export const CHARGE_POLICY: ChargePolicy = {
  fine_percent: '2.00', interest_monthly_percent: '1.00', interest_rounding: 'DAILY_AMOUNT', accrual_start: 'ORIGINAL_IF_UNPAID_NEXT_BUSINESS_DAY',
};

export interface Invoice {
  readonly invoice_id: string;
  readonly receivable_id: string;
  readonly customer: Person;
  readonly issue_date: CivilDate;
  readonly due_date: CivilDate;
  readonly amount_cents: number;
  readonly plan: string;
  readonly instruments: readonly Record<string, string>[];
}

/** Writes the facts of one customer's life down, in the words of the upstream contracts. */
export class Diary {
  readonly facts: Fact[] = [];

  constructor(private readonly creditor_id: string) {}

  at(day: CivilDate, hour: Hour, deed: Deed): void {
    this.facts.push({ at: instantAt(day, hour, ZONE), deed });
  }

  tell(day: CivilDate, hour: Hour, type: string, data: Record<string, unknown>, ...id: (string | number)[]): void {
    const at = instantAt(day, hour, ZONE);
    this.facts.push({ at, deed: { kind: 'event', event: upstream(type, at, { creditor_id: this.creditor_id, ...data }, this.creditor_id, ...id) } });
  }

  /** The last fact once more, as a network does; `day` may be later. */
  again(day: CivilDate, hour: Hour): void {
    const last = this.facts[this.facts.length - 1]!;
    this.at(day, hour, last.deed);
  }

  issue(invoice: Invoice, hour: Hour = '07:30'): void {
    const { customer_id, name, document, email, state } = invoice.customer;
    this.tell(invoice.issue_date, hour, 'invoice-issued', {
      invoice_id: invoice.invoice_id,
      number: invoice.invoice_id.toUpperCase(),
      description: `Assinatura ${invoice.plan}`,
      customer: { customer_id, name, ...(document && { document }), ...(email && { email }), ...(state && { state }) },
      issue_date: invoice.issue_date,
      due_date: invoice.due_date,
      currency: 'BRL',
      amount_cents: invoice.amount_cents,
      charge_policy: CHARGE_POLICY,
      instruments: invoice.instruments,
      source_version: 1,
    }, invoice.invoice_id);
  }

  payment(invoice: Invoice, payment_id: string, day: CivilDate, amount_cents: number, more: Record<string, unknown> = {}) {
    return {
      payment_id, source: SOURCE, customer_id: invoice.customer.customer_id, reference: invoice.invoice_id,
      amount_cents, currency: 'BRL', paid_date: day, credit_date: day, ...more,
    };
  }

  pay(invoice: Invoice, payment_id: string, day: CivilDate, hour: Hour, amount_cents: number, more: Record<string, unknown> = {}): void {
    this.tell(day, hour, 'payment-received', this.payment(invoice, payment_id, day, amount_cents, more), payment_id);
  }

  refund(payment_id: string, day: CivilDate, hour: Hour, amount_cents: number): void {
    const refund_id = `${payment_id}-back`;
    this.tell(day, hour, 'payment-refunded', { refund_id, payment_id, source: SOURCE, amount_cents, currency: 'BRL', refunded_date: day }, refund_id);
  }

  receivable(invoice_id: string): string {
    return receivableId(this.creditor_id, invoice_id);
  }
}
