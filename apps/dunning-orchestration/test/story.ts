import {
  BillingChargeDeclined, BillingCustomerChanged, derivedId, NegotiationAgreementMade, NotificationsContactMade, NotificationsContactRefused, ReconciliationBalanceChanged,
  type Contract, type DataOf, type DunningNoticeRequested, type EventOf, type Outgoing,
} from '@emdia/contracts';
import type { DecisionOne } from '@emdia/messaging';
import { act } from '../src/cases/act';
import { conclude } from '../src/cases/conclude';
import { emptyCase, type CaseFile } from '../src/cases/case-file';
import { applyDeclined } from '../src/retries/attempts';
import { applyAgreementMade, applyBalance, applyContactMade, applyContactRefused, applyCustomer } from '../src/cases/facts';

type Notice = DataOf<typeof DunningNoticeRequested>;
type Answer = 'sent' | 'unknown' | DataOf<typeof NotificationsContactRefused>['reason'] | 'silence';

export const creditor_id = 'acme';
export const customer_id = 'C-1';
export const key = `${creditor_id}/${customer_id}`;
export const PERSON = 'a'.repeat(64);
export const receivableId = (name: string): string => derivedId('receivable', creditor_id, name);

/** An event as the consumer gets it. */
export function eventOf<C extends Contract>(contract: C, data: DataOf<C>, time: Date, ...cause: (string | number)[]): EventOf<C> {
  return { id: derivedId(contract.type, JSON.stringify(data), ...cause), type: contract.type, source: '/test', key, time: time.toISOString(), creditor_id, data };
}

export type Bill = DataOf<typeof ReconciliationBalanceChanged>;

/** A receivable of R$ 100.00 due on a day, owed unless said otherwise. */
export function bill(name: string, due_date: string, more: Partial<Bill> = {}): Bill {
  return {
    creditor_id, customer_id, receivable_id: receivableId(name), version: 1, invoice_id: name, number: name, description: null, currency: 'BRL',
    issue_date: '2026-01-02', original_due_date: due_date, effective_due_date: due_date, amount_cents: 10_000, paid_cents: 0, waived_cents: 0, open_cents: 10_000,
    status: 'open', collectability: 'owed', review_date: null, charge_policy: null, instruments: [], settled_on: null, ...more,
  };
}

/** One case lived through by the calendar: facts come in, what falls due is done at its instant, notices are answered. */
export class Story {
  file: CaseFile = emptyCase(key);
  readonly sent: Outgoing[] = [];
  private readonly bills = new Map<string, Bill>();

  constructor(
    public now: Date,
    public answer: Answer = 'sent',
  ) {}

  take<D>(decide: (file: CaseFile, now: Date) => DecisionOne<CaseFile, D>): D | undefined {
    const decision = decide(this.file, this.now);
    if (!('ignored' in decision)) {
      this.file = { ...decision.next, asked: [], changes: [] };
      for (const event of decision.events ?? []) this.hear(event);
    }
    return decision.result;
  }

  private hear(event: Outgoing): void {
    this.sent.push(event);
    if (event.contract.type === 'dunning.notice-requested.v1' && this.answer !== 'silence') this.reply(event.data as Notice, this.answer);
  }

  private reply({ notice_id, case_id, purpose, local_day, covers, step }: Notice, answer: Exclude<Answer, 'silence'>): void {
    const notice = { creditor_id, customer_id, case_id, notice_id, purpose, local_day, covers };
    const { now } = this;
    if (answer === 'sent' || answer === 'unknown') {
      const made = eventOf(NotificationsContactMade, { ...notice, channel: 'email', step, certainty: answer, call_began_at: now.toISOString() }, now);
      this.take((file) => applyContactMade(file, made, now));
    } else {
      const refused = eventOf(NotificationsContactRefused, { ...notice, reason: answer }, now);
      this.take((file) => applyContactRefused(file, refused, now));
    }
  }

  customer(state: string | null = 'SP', has_email = true, source_version = 1): this {
    const event = eventOf(BillingCustomerChanged, { creditor_id, customer_id, person_key: PERSON, document_key: null, state, has_email, source_version }, this.now);
    this.take((file, now) => applyCustomer(file, event, now));
    return this;
  }

  /** Goes on by another régua of the house. */
  follows(regua_version: string): this {
    this.take((file, now) => conclude({ ...file, regua_version }, regua_version, now));
    return this;
  }

  /** A receivable as it now is; repeated with changes it counts its versions. */
  owes(name: string, due_date?: string, more: Partial<Bill> = {}): this {
    const before = this.bills.get(name);
    const next = before ? { ...before, ...(due_date ? { original_due_date: due_date, effective_due_date: due_date } : {}), ...more, version: before.version + 1 } : { ...bill(name, due_date!, more), version: 1 };
    this.bills.set(name, next);
    this.take((file, now) => applyBalance(file, eventOf(ReconciliationBalanceChanged, next, now), now));
    return this;
  }

  /** A charge for a receivable was declined now. */
  declines(name: string, attempt_id: string, more: Partial<DataOf<typeof BillingChargeDeclined>> = {}): this {
    const data = { creditor_id, customer_id, payment_id: attempt_id, source: 'test', reference: name, attempt_id: derivedId('attempt', attempt_id), attempted_at: this.now.toISOString(), rail: 'CARD' as const, card_key: 'c'.repeat(64), brand: 'visa', ...more };
    this.take((file, now) => applyDeclined(file, eventOf(BillingChargeDeclined, data, now), now));
    return this;
  }

  pays(name: string, settled_on: string): this {
    return this.owes(name, undefined, { status: 'settled', collectability: 'settled', open_cents: 0, paid_cents: 10_000, settled_on });
  }

  agrees(names: string[], due_dates: string[]): this {
    const agreement_id = derivedId('agreement', ...names);
    const instalments = due_dates.map((due_date, index) => ({ instalment_id: derivedId('instalment', agreement_id, index + 1), number: index + 1, due_date, amount_cents: 5_000 }));
    const data = { creditor_id, customer_id, agreement_id, receivable_ids: names.map(receivableId), instalments, waived_cents: 0, actor: 'test' };
    this.take((file, now) => applyAgreementMade(file, eventOf(NegotiationAgreementMade, data, now), now));
    return this;
  }

  /** Lives on until an instant, doing everything that falls due on the way. */
  until(instant: string): this {
    const end = new Date(instant);
    for (let acts = 0; this.file.due_at !== null && this.file.due_at <= end; acts++) {
      if (acts > 2_000) throw new Error(`still acting at ${this.now.toISOString()}`);
      if (this.file.due_at > this.now) this.now = this.file.due_at;
      this.take(act);
    }
    this.now = end;
    return this;
  }

  /** Events of a type, in order. */
  heard<D = Record<string, unknown>>(name: string): { time: string; data: D }[] {
    return this.sent.filter(({ contract }) => contract.type === `dunning.${name}.v1`).map(({ time, data }) => ({ time, data: data as D }));
  }

  /** Notices as a calendar: local day, hour in UTC, purpose, step. */
  get notices(): string[] {
    return this.heard<Notice>('notice-requested').map(({ time, data }) => `${data.local_day} ${time.slice(11, 16)} ${data.purpose} ${data.step}`);
  }

  /** Everything that was asked for, as a calendar of the creditor's day: notices, and tasks for people. */
  get calendar(): string[] {
    const notices = this.heard<Notice>('notice-requested').map(({ time, data }) => [time, `${data.purpose === 'collection' ? '' : `${data.purpose} `}${data.step}`] as const);
    const tasks = this.heard<{ reason: string }>('task-requested').map(({ time, data }) => [time, data.reason] as const);
    return [...notices, ...tasks].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([time, what]) => `${time.slice(0, 10)} ${what}`);
  }

  standing(name: string) {
    return this.file.receivables.get(receivableId(name))!.standing!;
  }
}
