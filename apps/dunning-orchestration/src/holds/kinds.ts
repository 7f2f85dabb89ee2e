import type { Cause } from '@emdia/regua';

/** The rules of one kind of hold. */
export interface Kind {
  /** Who places and lifts it: people by REST here, or a service by its own facts, which a case only shows. */
  readonly kept_by: 'people' | 'negotiation' | 'payment-reconciliation' | 'notifications';
  /** Days until its end, or until a person is asked, unless the request says otherwise; null where its keeper says. */
  readonly days: number | null;
  readonly days_max: number | null;
  /** Whole person: every debt of the person at this creditor, those to come included. */
  readonly covers: 'debts' | 'person';
  /** Contacts: the régua's days go on, and what was missed merges into one step. Clock: its days do not count. Everything: nor is the person thanked. */
  readonly stops: 'contacts' | 'clock' | 'everything';
  /** Date: by itself on its day. Person: on its day a person is asked, again and again, until somebody lifts it. Keeper: by the facts of the service that keeps it. */
  readonly ends_by: 'date' | 'person' | 'keeper';
  /** What follows when it ends by itself: the régua goes on at once, or waits for a person who is asked first. After a person's word it goes on. */
  readonly follows: 'regua' | 'person';
  /** So many days before today it may begin. */
  readonly backdate_days_max: number;
  /** What a person is asked to do as soon as it stands. */
  readonly asks: string | null;
  /** Why the debts are unpaid, where the kind says so. */
  readonly cause: Cause | null;
  readonly describes: string;
}

const ofPeople = { kept_by: 'people', covers: 'debts', backdate_days_max: 30, cause: null } as const;
const told = { days: null, days_max: null, covers: 'debts', stops: 'contacts', ends_by: 'keeper', follows: 'regua', backdate_days_max: 0, asks: null, cause: null } as const;

/** Every kind of hold and its rules: the one place that says them. */
export const HOLD_KINDS = {
  dispute: {
    ...ofPeople, days: 10, days_max: 90, stops: 'clock', ends_by: 'person', follows: 'regua', asks: 'check what the debtor contests',
    describes: 'The debtor does not recognise the debt. Negotiation keeps formal disputes; this one stands until somebody has looked.',
  },
  'already-paid': {
    ...ofPeople, days: 7, days_max: 30, stops: 'clock', ends_by: 'date', follows: 'person', asks: 'ask for the proof of payment',
    describes: 'The debtor says that it is paid; time for the money to be found.',
  },
  hardship: {
    ...ofPeople, days: 30, days_max: 180, stops: 'clock', ends_by: 'date', follows: 'person', asks: null, cause: 'no-money',
    describes: 'Illness, loss of work or the like; afterwards the régua for people without money goes on, not the old one.',
  },
  'over-indebtedness': {
    ...ofPeople, days: 90, days_max: 180, covers: 'person', stops: 'everything', ends_by: 'person', follows: 'regua', backdate_days_max: 180, asks: 'find out about the plan or the hearing',
    cause: 'no-money', describes: 'Superendividamento (Lei 14.181/2021): a plan of all debts is asked for or under way.',
  },
  deceased: {
    ...ofPeople, days: 90, days_max: 180, covers: 'person', stops: 'everything', ends_by: 'person', follows: 'regua', backdate_days_max: 1_825, asks: 'find out about the estate, through its representative alone',
    describes: 'The person has died; nobody is written to until a person says otherwise.',
  },
  manual: { ...ofPeople, days: 30, days_max: 90, stops: 'contacts', ends_by: 'date', follows: 'regua', backdate_days_max: 0, asks: null, describes: 'Whatever else a person has a reason for.' },
  promise: { ...told, kept_by: 'negotiation', describes: 'The debtor promised to pay on a day: POST /v1/promises.' },
  agreement: { ...told, kept_by: 'negotiation', describes: 'The debt is paid by instalments: POST /v1/agreements.' },
  'pending-payment': { ...told, kept_by: 'payment-reconciliation', describes: 'A payment began whose outcome is not known yet.' },
  'unmatched-money': { ...told, kept_by: 'payment-reconciliation', describes: 'Money came that may be meant for the debt.' },
  'stale-source': { ...told, kept_by: 'notifications', describes: 'The last message had to wait until its hours were over: what is owed was not known for certain.' },
} as const satisfies Record<string, Kind>;

export type HoldKind = keyof typeof HOLD_KINDS;
export const holdKinds = Object.keys(HOLD_KINDS) as HoldKind[];

/** The rules of a kind, seen as any. */
export const ruleOf = (kind: HoldKind): Kind => HOLD_KINDS[kind];

/** How others call what keeps a debt from being asked for. */
export const KIND_OF_SILENCE: Readonly<Record<string, { kind: HoldKind; kept_by: Kind['kept_by'] }>> = {
  disputed: { kind: 'dispute', kept_by: 'negotiation' },
  promised: { kind: 'promise', kept_by: 'negotiation' },
  agreed: { kind: 'agreement', kept_by: 'negotiation' },
  pending: { kind: 'pending-payment', kept_by: 'payment-reconciliation' },
  unmatched: { kind: 'unmatched-money', kept_by: 'payment-reconciliation' },
};
