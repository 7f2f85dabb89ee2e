import { v7 as uuid7 } from 'uuid';
import { bulk, type Cell, type Tx } from '@emdia/database';
import type { Entry } from '../ledger/entry';
import { type Account, type Allocation, type Application, type CollectabilityChange, type Payment, type Receivable, type Standstill, unappliedCents } from './account';

/** A thing to be written, and the account it belongs to. */
export interface Saved<T> {
  readonly account: Account;
  readonly thing: T;
}

/** A payment as it is now, and as it was loaded. */
export interface SavedPayment extends Saved<Payment> {
  readonly loaded: Payment | undefined;
}

export interface Saving {
  readonly claims: readonly Account[];
  readonly receivables: readonly Saved<Receivable>[];
  /** Payments that left an account for another, by the accounts' keys and the payments' own. */
  readonly left: readonly { readonly account_key: string; readonly payment: string }[];
  readonly payments: readonly SavedPayment[];
  readonly standstills: readonly Saved<Standstill>[];
  readonly entries: readonly Saved<Entry>[];
  readonly changes: readonly Saved<CollectabilityChange>[];
}

type Columns = Readonly<Record<string, string>>;

const OWNER = { account_key: 'text', creditor_id: 'text', customer_id: 'text' };
const RANK = { issue_version: 'bigint', issue_event: 'text', terms_version: 'bigint', terms_event: 'text', cancel_version: 'bigint', cancel_event: 'text' };
const POSITION = {
  version: 'int', status: 'text', amount_cents: 'bigint', paid_cents: 'bigint', waived_cents: 'bigint', open_cents: 'bigint', settled_on: 'date',
  original_due_date: 'date', effective_due_date: 'date', collectability: 'text', review_date: 'date',
};

/** Every table's columns with their types; the first `keys` of them are its primary key, null where rows are only ever added. */
const TABLES = {
  receivable: {
    keys: 1,
    columns: {
      receivable_id: 'uuid', ...OWNER, invoice_id: 'text', ...RANK, number: 'text', description: 'text', issue_date: 'date', currency: 'text', charge_policy: 'jsonb',
      instruments: 'jsonb', terms_amount_cents: 'bigint', terms_due_date: 'date', waiver_cents: 'bigint', waived_on: 'date', ...POSITION,
    },
  },
  payment: {
    keys: 3,
    columns: {
      account_key: 'text', source: 'text', payment_id: 'text', creditor_id: 'text', customer_id: 'text', reference: 'text', currency: 'text', received_cents: 'bigint',
      refunded_cents: 'bigint', unapplied_cents: 'bigint', paid_date: 'date', pending_at: 'timestamptz', failed_at: 'timestamptz', recorded_at: 'timestamptz',
    },
  },
  application: {
    keys: 1,
    columns: {
      application_id: 'uuid', account_key: 'text', creditor_id: 'text', source: 'text', payment_id: 'text', receivable_id: 'uuid', amount_cents: 'bigint', actor: 'text',
      recorded_at: 'timestamptz',
    },
  },
  allocation: {
    keys: 4,
    columns: {
      creditor_id: 'text', source: 'text', payment_id: 'text', receivable_id: 'uuid', account_key: 'text', principal_cents: 'bigint', fine_cents: 'bigint', interest_cents: 'bigint',
    },
  },
  standstill: {
    keys: 1,
    columns: { standstill_id: 'uuid', ...OWNER, kind: 'text', receivable_ids: 'uuid[]', review_date: 'date', waived_cents: 'bigint', begun: 'boolean', ended: 'boolean' },
  },
  instalment: { keys: 1, columns: { instalment_id: 'uuid', agreement_id: 'uuid', creditor_id: 'text', number: 'int', due_date: 'date', amount_cents: 'bigint' } },
  entry: {
    keys: null,
    columns: { id: 'uuid', creditor_id: 'text', currency: 'text', cause: 'text', event_id: 'text', account_key: 'text', recorded_at: 'timestamptz' },
  },
  posting: {
    keys: null,
    columns: {
      entry_id: 'uuid', line: 'smallint', creditor_id: 'text', account: 'text', receivable_id: 'uuid', source: 'text', payment_id: 'text', amount_cents: 'bigint',
    },
  },
  collectability_change: {
    keys: null,
    columns: { receivable_id: 'uuid', version: 'int', creditor_id: 'text', collectability: 'text', status: 'text', open_cents: 'bigint', recorded_at: 'timestamptz' },
  },
} as const satisfies Record<string, { keys: number | null; columns: Columns }>;

type Table = keyof typeof TABLES;

const writers = new Map(Object.entries(TABLES).map(([table, { keys, columns }]) =>
  [table, bulk<Readonly<Record<string, Cell>>>(table, keys, Object.entries(columns).map(([name, type]) => [name, type, (row) => row[name]]))]));

const put = (tx: Tx, table: Table, rows: readonly object[]): Promise<void> => writers.get(table)!(tx, rows as readonly Readonly<Record<string, Cell>>[]);

const ownerOf = ({ key, creditor_id, customer_id }: Account) => ({ account_key: key, creditor_id, customer_id });

function receivableRow({ account, thing }: Saved<Receivable>) {
  const { receivable_id, invoice_id, issue, terms, cancelled, waiver_cents, waived_on, position } = thing;
  return {
    ...ownerOf(account), receivable_id, invoice_id, waiver_cents, waived_on, ...issue, issue_version: issue?.rank.version, issue_event: issue?.rank.event_id,
    terms_version: terms?.rank.version, terms_event: terms?.rank.event_id, terms_amount_cents: terms?.amount_cents, terms_due_date: terms?.due_date,
    cancel_version: cancelled?.version, cancel_event: cancelled?.event_id, status: 'unissued', ...position,
  };
}

const withPosting = (entries: readonly Saved<Entry>[]) => entries.map((saved) => ({ ...saved, id: uuid7() }));

// A row of zeros takes the place of an application that a refund or another payment has displaced.
function allocationRows({ account, thing, loaded }: SavedPayment): object[] {
  const { source, payment_id, allocations } = thing;
  const displaced = (loaded?.allocations ?? []).filter(({ receivable_id }) => !allocations.some((each) => each.receivable_id === receivable_id));
  return [...allocations, ...displaced.map(({ receivable_id }) => ({ receivable_id, principal_cents: 0, fine_cents: 0, interest_cents: 0 }))].map(
    (allocation: Allocation) => ({ ...allocation, source, payment_id, creditor_id: account.creditor_id, account_key: account.key }));
}

function applicationRows({ account, thing, loaded }: SavedPayment): object[] {
  const { source, payment_id, applications } = thing;
  const fresh: readonly Application[] = applications.slice(loaded?.applications.length ?? 0);
  return fresh.map((each) => ({ ...each, source, payment_id, ...ownerOf(account) }));
}

/** Writes what changed, one statement per table that has something; lines of the ledger are only ever added. */
export async function write(tx: Tx, saving: Saving): Promise<void> {
  const { claims, left } = saving;
  const writing: Promise<unknown>[] = [];
  if (claims.length > 0) {
    writing.push(tx.query('update account set claimed_by = c.claimed_by from unnest($1::text[], $2::text[]) as c (key, claimed_by) where account.key = c.key', [
      claims.map(({ key }) => key), claims.map(({ claimed_by }) => claimed_by),
    ]));
  }
  if (left.length > 0) {
    const names = left.map(({ payment }) => [decodeURIComponent(payment.slice(0, payment.indexOf(':'))), payment.slice(payment.indexOf(':') + 1)] as const);
    writing.push(tx.query('delete from payment using unnest($1::text[], $2::text[], $3::text[]) as l (account_key, source, payment_id) where payment.account_key = l.account_key and payment.source = l.source and payment.payment_id = l.payment_id', [
      left.map(({ account_key }) => account_key), names.map(([source]) => source), names.map(([, payment_id]) => payment_id),
    ]));
  }
  const entries = withPosting(saving.entries);
  // Sent together; the connection takes them in this order.
  writing.push(
    put(tx, 'receivable', saving.receivables.map(receivableRow)),
    put(tx, 'payment', saving.payments.map(({ account, thing }) => ({ ...thing, ...ownerOf(account), unapplied_cents: unappliedCents(thing) }))),
    put(tx, 'application', saving.payments.flatMap(applicationRows)),
    put(tx, 'allocation', saving.payments.flatMap(allocationRows)),
    put(tx, 'standstill', saving.standstills.map(({ account, thing }) => ({ ...thing, receivable_ids: `{${thing.receivable_ids}}`, ...ownerOf(account) }))),
    put(tx, 'instalment', saving.standstills.flatMap(({ account, thing }) => thing.instalments.map((each) => ({ ...each, agreement_id: thing.standstill_id, creditor_id: account.creditor_id })))),
    put(tx, 'entry', entries.map(({ account, thing, id }) => ({ ...thing, id, ...ownerOf(account) }))),
    put(tx, 'posting', entries.flatMap(({ account, thing, id }) => thing.postings.map((each, line) => ({ ...each, entry_id: id, line, creditor_id: account.creditor_id })))),
    put(tx, 'collectability_change', saving.changes.map(({ account, thing }) => ({ ...thing, creditor_id: account.creditor_id }))),
  );
  await Promise.all(writing);
}
