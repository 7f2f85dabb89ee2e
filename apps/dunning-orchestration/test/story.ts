import { addressOf, type Place } from '@emdia/calendar';
import {
  BillingChargeDeclined, BillingCustomerChanged, derivedId, NegotiationAgreementBroken, NegotiationAgreementMade, NegotiationInstalmentPaid, NotificationsContactMade, NotificationsContactRefused, ReconciliationBalanceChanged,
  type Contract, type DataOf, type DunningNoticeRequested, type EventOf, type Outgoing,
} from '@emdia/contracts';
import type { DecisionOne } from '@emdia/messaging';
import type { Cause, Policy } from '@emdia/regua';
import { Diary } from '@emdia/testing';
import type { ActKind, OutwardAct } from '../src/acts/outward-act';
import { request } from '../src/acts/requesting';
import { act } from '../src/cases/act';
import { conclude } from '../src/cases/conclude';
import { emptyCase, type CaseFile, type Change } from '../src/cases/case-file';
import { applyAgreementEnded, applyAgreementMade, applyBalance, applyContactMade, applyContactRefused, applyCustomer, applyInstalmentPaid } from '../src/cases/facts';
import { tellCause } from '../src/cases/cause';
import { liftHold, placeHold, type HoldWanted } from '../src/holds/hold';
import type { HoldKind } from '../src/holds/kinds';
import { awaitsDecision } from '../src/holds/standing';
import { applyDeclined } from '../src/retries/attempts';

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
  readonly changes: Change[] = [];
  private readonly diary = new Diary();
  private readonly bills = new Map<string, Bill>();
  /** What the gate says of planned acts; `owed` lets them go. */
  gateSays = 'owed';

  constructor(
    public now: Date,
    public answer: Answer = 'sent',
  ) {}

  take<D>(decide: (file: CaseFile, now: Date) => DecisionOne<CaseFile, D>): D | undefined {
    const decision = decide(this.file, this.now);
    if (!('ignored' in decision)) {
      const { changes } = decision.next;
      this.file = { ...decision.next, asked: [], changes: [] };
      this.changes.push(...changes);
      this.diary.changes(this.now, changes);
      for (const event of decision.events ?? []) this.hear(event);
      this.diary.stands(this.now, this.standings);
    }
    return decision.result;
  }

  private hear(event: Outgoing): void {
    this.sent.push(event);
    this.diary.told(this.now, { type: event.contract.type, data: event.data }, this.answer);
    if (event.contract.type === 'dunning.notice-requested.v1' && this.answer !== 'silence') this.reply(event.data as Notice, this.answer);
  }

  private reply({ notice_id, case_id, purpose, local_day, covers, step, asks_cause }: Notice, answer: Exclude<Answer, 'silence'>): void {
    const notice = { creditor_id, customer_id, case_id, notice_id, purpose, local_day, covers };
    const { now } = this;
    if (answer === 'sent' || answer === 'unknown') {
      const made = eventOf(NotificationsContactMade, { ...notice, channel: 'email', step, ...(asks_cause ? { asked_cause: true } : {}), certainty: answer, call_began_at: now.toISOString() }, now);
      this.take((file) => applyContactMade(file, made, now));
    } else {
      const refused = eventOf(NotificationsContactRefused, { ...notice, reason: answer }, now);
      this.take((file) => applyContactRefused(file, refused, now));
    }
  }

  customer(place: Place | null = 'SP', has_email = true, source_version = 1, of: { segment?: string; score?: number } = {}): this {
    const event = eventOf(BillingCustomerChanged, { creditor_id, customer_id, person_key: PERSON, document_key: null, ...addressOf(place), has_email, source_version, ...of }, this.now);
    this.take((file, now) => applyCustomer(file, event, now));
    return this;
  }

  /** Goes on by another régua of the house. */
  follows(regua_version: string): this {
    this.take((file, now) => conclude({ ...file, regua_version }, regua_version, now));
    return this;
  }

  /** The creditor has published these réguas and no others. */
  has(...active: Policy[]): this {
    this.file = { ...this.file, published: { byVersion: new Map(active.map((policy) => [policy.version, policy])), active } };
    return this;
  }

  /** What becomes of whom none of them fits. */
  leaves(unfitted: CaseFile['unfitted']): this {
    this.file = { ...this.file, unfitted };
    return this;
  }

  /** Goes on by a régua that the creditor published, the only one. */
  publishes(policy: Policy): this {
    return this.has(policy).follows(policy.version);
  }

  /** A receivable as it now is; repeated with changes it counts its versions. */
  owes(name: string, due_date?: string, more: Partial<Bill> = {}): this {
    const before = this.bills.get(name);
    const next = before ? { ...before, ...(due_date ? { original_due_date: due_date, effective_due_date: due_date } : {}), ...more, version: before.version + 1 } : { ...bill(name, due_date!, more), version: 1 };
    this.bills.set(name, next);
    this.diary.bill(this.now, next);
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
    this.diary.note(this.now, `acordo: parcelas em ${due_dates.join(', ')}`);
    this.take((file, now) => applyAgreementMade(file, eventOf(NegotiationAgreementMade, data, now), now));
    return this;
  }

  /** An instalment of an agreement over some debts is paid. */
  paysInstalment(names: string[], number: number): this {
    const agreement_id = derivedId('agreement', ...names);
    const data = { creditor_id, customer_id, agreement_id, receivable_ids: names.map(receivableId), instalment_id: derivedId('instalment', agreement_id, number), number };
    this.diary.note(this.now, `paga a parcela ${number}`);
    this.take((file, now) => applyInstalmentPaid(file, eventOf(NegotiationInstalmentPaid, data, now), now));
    return this;
  }

  breaks(names: string[], number: number): this {
    const agreement_id = derivedId('agreement', ...names);
    const data = { creditor_id, customer_id, agreement_id, receivable_ids: names.map(receivableId), instalment_id: derivedId('instalment', agreement_id, number) };
    this.diary.note(this.now, `acordo quebrado na parcela ${number}`);
    this.take((file, now) => applyAgreementEnded(file, eventOf(NegotiationAgreementBroken, data, now), now));
    return this;
  }

  /** Somebody places a hold of a kind by the word of `ana`. */
  holds(kind: HoldKind, more: Partial<HoldWanted> = {}): string {
    const hold_id = derivedId('hold', kind, this.now.toISOString());
    this.take((file, now) => placeHold(file, { hold_id, kind, receivable_ids: [], reason: 'said so', actor: 'ana', ...more }, now));
    return hold_id;
  }

  /** `ana` lifts a hold, or decides what becomes of the debts of one that has ended by itself. */
  lifts(hold_id: string, reason?: string): this {
    const hold = this.file.holds.get(hold_id);
    if (hold && awaitsDecision(hold)) this.diary.note(this.now, `decisão após ${hold.kind} (ana: ${reason})`);
    this.take((file, now) => liftHold(file, hold_id, { reason, actor: 'ana' }, now));
    return this;
  }

  /** `ana` is told why all that is past due is unpaid. */
  tells(cause: Cause): this {
    this.take((file, now) => tellCause(file, { cause, receivable_ids: [], actor: 'ana', request_id: now.toISOString() }, now));
    return this;
  }

  /** Nothing runs until an instant, then everything does what was missed. */
  sleeps(instant: string): this {
    this.diary.note(this.now, 'fora do ar');
    this.now = new Date(instant);
    this.diary.note(this.now, 'de volta');
    return this.until(instant);
  }

  /** What was lived through from a day on, as a text for people; a spec writes it by `calendarOf`. */
  lived(from?: string): string {
    return this.diary.text(this.now, this.standings, from);
  }

  private get standings() {
    return [...this.file.receivables.values()].map(({ receivable_id, standing }) => ({ receivable_id, standing: standing! }));
  }

  /** The creditor's systems do these. */
  carries(...kinds: ActKind[]): this {
    this.file = { ...this.file, carries_out: new Set(kinds) };
    return this;
  }

  /** Acts of the case, the oldest first. */
  get acts(): OutwardAct[] {
    return [...this.file.acts.values()];
  }

  /** Asks the gate about an act, whenever that is. */
  ask({ act_id }: OutwardAct): OutwardAct['status'] | undefined {
    const receivable = this.file.receivables.get(this.file.acts.get(act_id)!.receivable_id)!;
    const amounts = { number: 'n', description: null, due_date: receivable.effective_due_date, fine_cents: 0, interest_cents: 0, total_cents: receivable.open_cents, days_late: 1, instruments: [] };
    const answer = this.gateSays === 'no-answer' ? null : this.gateSays === 'owed'
      ? { ...amounts, ask_id: act_id, owed: true as const, invoice_id: 'inv', open_cents: receivable.open_cents, version: receivable.version }
      : { ask_id: act_id, owed: false as const, reason: this.gateSays };
    return this.take((file, now) => request(file, act_id, { answer, as_of_epoch_ms: 1, fresh: true, epoch_ms: 1_000 }, now));
  }

  private get dueAct(): OutwardAct | undefined {
    return this.acts.filter(({ status, retry_at_epoch_ms }) => status === 'planned' && retry_at_epoch_ms === null).sort((a, b) => a.due_at!.getTime() - b.due_at!.getTime())[0];
  }

  /** Lives on until an instant, doing everything that falls due on the way. */
  until(instant: string): this {
    const end = new Date(instant);
    for (let acts = 0; ; acts++) {
      if (acts > 2_000) throw new Error(`still acting at ${this.now.toISOString()}`);
      const { due_at } = this.file;
      const { dueAct } = this;
      const isAct = dueAct !== undefined && (due_at === null || dueAct.due_at! <= due_at);
      const at = isAct ? dueAct.due_at! : due_at;
      if (at === null || at > end) break;
      if (at > this.now) this.now = at;
      if (isAct) this.ask(dueAct);
      else this.take(act);
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
