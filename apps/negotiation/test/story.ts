import { type Contract, customerKey, type DataOf, derivedId, type EventOf, type Outgoing, ReconciliationBalanceChanged } from '@emdia/contracts';
import { type DecisionOne, Refusal } from '@emdia/messaging';
import { type MakeAgreement, makeAgreement } from '../src/agreements/agreement';
import { type RaiseDispute, raiseDispute } from '../src/disputes/dispute';
import type { Answer, Standing } from '../src/due/due';
import { applyBalance } from '../src/negotiation/balance';
import { type Negotiation, noNegotiation } from '../src/negotiation/negotiation';
import { type MakePromise, makePromise } from '../src/promises/promise';

export const CREDITOR = 'acme';
export const CUSTOMER = 'c-1';
export const [A, B, STRANGER] = ['A', 'B', 'stranger'].map((name) => derivedId('receivable', CREDITOR, name)) as [string, string, string];
export const PROMISE = derivedId('test', 'promise');
export const AGREEMENT = derivedId('test', 'agreement');
export const DISPUTE = derivedId('test', 'dispute');
export const instalmentId = (number: number) => derivedId('instalment', AGREEMENT, number);

/** Something that is done to a negotiation at a moment, or the moment itself. */
export type Deed = Date | ((state: Negotiation, now: Date) => DecisionOne<Negotiation>);

/** A moment of Brasília's clock; noon where no time is given. */
export const at = (date: string, time = '12:00'): Date => new Date(`${date}T${time}:00-03:00`);

/** The event of a receivable as it now is; whole, with 100.00 open where not told otherwise. */
export function balanceEvent(receivable_id: string, version: number, told: Partial<DataOf<typeof ReconciliationBalanceChanged>> = {}): EventOf<typeof ReconciliationBalanceChanged> {
  const { amount_cents = 10_000, paid_cents = 0 } = told;
  const open_cents = told.open_cents ?? amount_cents - paid_cents;
  const status = told.status ?? (open_cents === 0 ? 'settled' : 'open');
  return {
    id: derivedId('balance-changed', receivable_id, version), type: ReconciliationBalanceChanged.type, source: '/emdia/payment-reconciliation',
    key: customerKey(CREDITOR, CUSTOMER), time: '2026-03-01T12:00:00.000Z', creditor_id: CREDITOR,
    data: {
      creditor_id: CREDITOR, customer_id: CUSTOMER, receivable_id, version, invoice_id: receivable_id.slice(0, 8), number: receivable_id.slice(0, 8), description: null,
      currency: 'BRL', issue_date: '2026-02-01', original_due_date: '2026-02-20', effective_due_date: '2026-02-20', waived_cents: 0, review_date: null, charge_policy: null,
      instruments: [], settled_on: null, collectability: status === 'open' ? 'owed' : 'settled', ...told, amount_cents, paid_cents, open_cents, status,
    },
  };
}

export const balance = (receivable_id: string, version: number, told: Partial<DataOf<typeof ReconciliationBalanceChanged>> = {}): Deed =>
  (state, now) => applyBalance(state, balanceEvent(receivable_id, version, told), now);

export const promised = (told: Partial<MakePromise> = {}): Deed => (state, now) =>
  makePromise(state, { promise_id: PROMISE, receivable_ids: [A], promised_date: '2026-03-13', actor: 'agent-7', ...told }, now);

export const agreed = (told: Partial<MakeAgreement> = {}): Deed => (state, now) =>
  makeAgreement(state, {
    agreement_id: AGREEMENT, receivable_ids: [A, B], waived_cents: 0, actor: 'agent-7',
    instalments: [{ due_date: '2026-03-13', amount_cents: 8_000 }, { due_date: '2026-04-13', amount_cents: 12_000 }], ...told,
  }, now);

export const disputed = (told: Partial<RaiseDispute> = {}): Deed => (state, now) =>
  raiseDispute(state, { dispute_id: DISPUTE, receivable_ids: [A], reason: 'never delivered', actor: 'agent-7', ...told }, now);

/** An answer of reconciliation's standing: each receivable's version, money and whether the day is covered. */
export function answer(covered_for: string, ...told: { receivable_id: string; version: number; paid_cents?: number; covered: boolean }[]): Answer {
  const standings = told.map(({ receivable_id, version, paid_cents = 0, covered }): Standing => ({
    known: true, receivable_id, version, paid_cents, covered, open_cents: 10_000 - paid_cents,
    status: paid_cents === 10_000 ? 'settled' : 'open', collectability: paid_cents === 10_000 ? 'settled' : 'owed',
  }));
  return { covered_for, standings: new Map(standings.map((standing) => [standing.receivable_id, standing])) };
}

/** An event expected whole: its key, creditor and parties are the story's. */
export const said = <C extends Contract>(contract: C, id: string, now: Date, data: Omit<DataOf<C>, 'creditor_id' | 'customer_id'>): Outgoing => ({
  contract, id, key: customerKey(CREDITOR, CUSTOMER), creditor_id: CREDITOR, time: now.toISOString(), data: { creditor_id: CREDITOR, customer_id: CUSTOMER, ...data },
});

interface Told {
  readonly state: Negotiation;
  readonly now: Date;
  readonly events: readonly Outgoing[];
  readonly ignored: readonly string[];
}

const begin: Told = { state: noNegotiation(CREDITOR, CUSTOMER), now: at('2026-03-10'), events: [], ignored: [] };

/** Folds deeds over a negotiation, as the runner does. */
export const tell = (deeds: readonly Deed[], from: Told = begin): Told =>
  deeds.reduce<Told>((told, deed) => {
    if (deed instanceof Date) return { ...told, now: deed };
    const decision = deed(told.state, told.now);
    if ('ignored' in decision) return { ...told, ignored: [...told.ignored, decision.ignored] };
    return { ...told, state: decision.next, events: [...told.events, ...(decision.events ?? [])] };
  }, from);

/** given(...).when(...).then([...whole events]); the clock stands at noon of Tuesday 2026-03-10 until a deed moves it. */
export const given = (...before: Deed[]) => ({
  when(...deeds: Deed[]) {
    const run = () => tell(deeds, { ...tell(before), events: [], ignored: [] });
    return {
      run,
      then: (events: readonly Outgoing[]) => {
        const told = run();
        expect(told.ignored).toEqual([]);
        expect(told.events).toEqual(events);
        return told.state;
      },
      thenIgnored: (...reasons: string[]) => {
        const told = run();
        expect(told.ignored).toEqual(reasons);
        expect(told.events).toEqual([]);
      },
      thenRefused: (status: number, reason: string, details: Record<string, unknown> = {}) => {
        let refusal: unknown;
        try {
          run();
        } catch (error) {
          refusal = error;
        }
        expect(refusal).toBeInstanceOf(Refusal);
        const { status: got, reason: why, details: more } = refusal as Refusal;
        expect({ status: got, reason: why, details: more }).toEqual({ status, reason, details });
      },
    };
  },
});
