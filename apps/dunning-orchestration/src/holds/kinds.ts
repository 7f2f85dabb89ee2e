import type { Cause } from '@emdia/regua';

/** The rules of one kind of hold. */
export interface Kind {
  /** Who places and lifts it: people by REST here, or a service by its own facts, which a case only shows. */
  readonly kept_by: 'people' | 'negotiation' | 'payment-reconciliation' | 'notifications';
  /** Days until it ends by itself, unless the request says otherwise; null where its keeper says. */
  readonly days: number | null;
  readonly days_max: number | null;
  /** So often a person is asked while it stands; null: not before its end. */
  readonly review_days: number | null;
  /** Whole person: every debt of the person at this creditor, those to come included. */
  readonly covers: 'debts' | 'person';
  /** Contacts: the régua's days go on, and what was missed merges into one step. Clock: its days do not count. Everything: nor is the person thanked, save by thanks that were asked for before and may go for ten minutes. */
  readonly stops: 'contacts' | 'clock' | 'everything';
  /** Date: by itself on its day. Keeper: by the facts of the service that keeps it. */
  readonly ends_by: 'date' | 'keeper';
  /** What follows when it ends by itself: the régua goes on at once (regua), after a few days in which a person looks (person), or when a person has decided so, who is asked until they have (owner). After a person's word it goes on. */
  readonly follows: 'regua' | 'person' | 'owner';
  /** So many days before today it may begin. */
  readonly backdate_days_max: number;
  /** What a person is asked to do as soon as it stands; null: nothing. */
  readonly asks: string | null;
  /** Why the debts are unpaid, where the kind says so. */
  readonly cause: Cause | null;
  readonly describes: string;
}

const ofPeople = { kept_by: 'people', covers: 'debts', ends_by: 'date', review_days: null, backdate_days_max: 30, cause: null } as const;
const ofPerson = { ...ofPeople, covers: 'person', stops: 'everything', days: 1_825, days_max: 1_825, review_days: 90, follows: 'owner' } as const;
const told = { days: null, days_max: null, review_days: null, covers: 'debts', stops: 'contacts', ends_by: 'keeper', follows: 'regua', backdate_days_max: 0, asks: null, cause: null } as const;

/** Every kind of hold and its rules: the one place that says them. */
export const HOLD_KINDS = {
  dispute: {
    ...ofPeople, days: 10, days_max: 90, review_days: 30, stops: 'clock', follows: 'owner', asks: 'check what the debtor contests',
    describes: 'The debtor does not recognise the debt. Negotiation keeps formal disputes; this one is time for somebody to look.',
  },
  'already-paid': {
    ...ofPeople, days: 7, days_max: 30, stops: 'clock', follows: 'person', asks: 'ask for the proof of payment',
    describes: 'The debtor says that it is paid; time for the money to be found.',
  },
  hardship: {
    ...ofPeople, days: 30, days_max: 180, review_days: 90, stops: 'clock', follows: 'person', asks: null, cause: 'no-money',
    describes: 'Illness, loss of work or the like; afterwards the régua for people without money goes on, not the old one.',
  },
  'over-indebtedness': {
    // A plan of all debts runs for five years at most (CDC, art. 104-A).
    ...ofPerson, backdate_days_max: 180, asks: 'find out about the plan or the hearing',
    cause: 'no-money', describes: 'Superendividamento (Lei 14.181/2021): a plan of all debts is asked for or under way.',
  },
  deceased: {
    // Five years after its due date a debt is prescribed (Código Civil, art. 206 § 5).
    ...ofPerson, backdate_days_max: 1_825, asks: 'find out about the estate, through its representative alone',
    describes: 'The person has died; nobody is written to until a person says otherwise.',
  },
  manual: { ...ofPeople, days: 30, days_max: 90, stops: 'contacts', follows: 'regua', backdate_days_max: 0, asks: null, describes: 'Whatever else a person has a reason for.' },
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
