import { BillingCustomerChanged, customerKey, derivedId, outgoing, type Outgoing } from '@emdia/contracts';
import { documentKind, personKey } from '@emdia/brazil';
import { order, replaces, type Rank } from '../upstream/rank';

export const FIELDS = ['name', 'document', 'email', 'phone', 'state', 'city_code', 'segment', 'score'] as const;
export type Field = (typeof FIELDS)[number];

/** A rank, and whether the value came by an event about the customer or inside an invoice. */
export interface ToldBy extends Rank {
  readonly explicit: boolean;
}

/** A customer as the upstream tells them; names and contact points leave this service only by the internal look-up. */
export interface Customer {
  readonly creditor_id: string;
  readonly customer_id: string;
  readonly name: string | null;
  readonly document: string | null;
  readonly email: string | null;
  readonly phone: string | null;
  readonly state: string | null;
  /** IBGE code of the municipality. */
  readonly city_code: string | null;
  /** The creditor's own group of customers, and a credit score in points; both for the régua alone. */
  readonly segment: string | null;
  readonly score: number | null;
  readonly email_invalid: boolean;
  readonly person_key: string;
  readonly document_key: string | null;
  readonly version: number;
  readonly told_by: Readonly<Partial<Record<Field, ToldBy>>>;
  /** The contact data as its row holds it, in JSON and sealed; absent where none was read. */
  readonly kept?: { readonly contact: string; readonly contact_sealed: string };
}

/** Values of fields. */
type Values = { readonly [F in Field]?: NonNullable<Customer[F]> };

/** What an upstream body says of a customer; absent means not mentioned, never removed. */
export type Told = { readonly customer_id: string } & Values;

export interface Learning {
  readonly customer: Customer;
  readonly events: readonly Outgoing[];
  readonly changed: boolean;
}

/** Takes in what is told of a customer, field by field, the highest rank winning; tells the others only what they may know. */
export function learn(known: Customer | null, creditor_id: string, told: Told, by: ToldBy, installationKey: string, now: Date): Learning {
  const base = known ?? unknown(creditor_id, told.customer_id, installationKey);
  const values: Partial<Record<Field, string | number>> = {};
  const told_by: Partial<Record<Field, ToldBy>> = { ...base.told_by };
  // Mostly one event told all of them: what was compared once is not compared again.
  let compared: ToldBy | null = null;
  let wins = false;
  for (const field of FIELDS) {
    const value = told[field];
    if (value === undefined) continue;
    const present = told_by[field];
    if (present && compared !== present) [compared, wins] = [present, outranks(by, present)];
    if (present && !wins) continue;
    values[field] = value;
    told_by[field] = by;
  }
  const moved = values.email !== undefined && values.email !== base.email;
  return changed(known, { ...base, ...(values as Values), told_by, email_invalid: moved ? false : base.email_invalid }, installationKey, now);
}

/** Nobody writes to this customer's present e-mail address again; a new one starts afresh. */
export function emailInvalid(known: Customer, installationKey: string, now: Date): Learning {
  return changed(known, { ...known, email_invalid: true }, installationKey, now);
}

// An old invoice that comes late carries old contact data: without a rank it only fills gaps and replaces its like.
function outranks(arriving: ToldBy, present: ToldBy): boolean {
  const found = order(arriving, present);
  if (found === 'unordered' && !arriving.explicit && (present.explicit || present.occurred_at !== null)) return false;
  return replaces(arriving, present, found);
}

function unknown(creditor_id: string, customer_id: string, installationKey: string): Customer {
  return {
    creditor_id, customer_id, name: null, document: null, email: null, phone: null, state: null, city_code: null, segment: null, score: null, email_invalid: false,
    person_key: personKey(null, creditor_id, customer_id, installationKey), document_key: null, version: 0, told_by: {},
  };
}

function changed(before: Customer | null, after: Customer, installationKey: string, now: Date): Learning {
  const keyed = before?.document === after.document ? after : withKeys(after, installationKey);
  const same = before !== null && FIELDS.every((field) => before[field] === keyed[field]) && before.email_invalid === keyed.email_invalid;
  if (same) return { customer: keyed, events: [], changed: false };
  const customer = { ...keyed, version: keyed.version + 1 };
  return { customer, events: before && isSameToOthers(before, customer) ? [] : [tell(customer, now)], changed: true };
}

function withKeys(customer: Customer, installationKey: string): Customer {
  const person_key = personKey(customer.document, customer.creditor_id, customer.customer_id, installationKey);
  return { ...customer, person_key, document_key: customer.document && documentKind(customer.document) ? person_key : null };
}

/** Whether the same told both, field by field. */
export const isToldAlike = (a: Customer['told_by'], b: Customer['told_by']): boolean =>
  FIELDS.every((field) => {
    const [one, other] = [a[field], b[field]];
    if (one === other || !one || !other) return one === other;
    return one.event_id === other.event_id && one.source_version === other.source_version && one.occurred_at === other.occurred_at && one.explicit === other.explicit;
  });

export const hasEmail = (customer: Customer): boolean => customer.email !== null && !customer.email_invalid;

const isSameToOthers = (a: Customer, b: Customer): boolean =>
  a.person_key === b.person_key && a.document_key === b.document_key && a.state === b.state && a.city_code === b.city_code && a.segment === b.segment && a.score === b.score && hasEmail(a) === hasEmail(b);

function tell(customer: Customer, now: Date): Outgoing {
  const { creditor_id, customer_id, person_key, document_key, state, city_code, segment, score, version } = customer;
  return outgoing(BillingCustomerChanged, {
    id: derivedId('customer-changed', creditor_id, customer_id, version),
    key: customerKey(creditor_id, customer_id),
    creditor_id,
    now,
    data: {
      creditor_id, customer_id, person_key, document_key, state, has_email: hasEmail(customer), source_version: version,
      ...(city_code === null ? {} : { city_code }), ...(segment === null ? {} : { segment }), ...(score === null ? {} : { score }),
    },
  });
}
