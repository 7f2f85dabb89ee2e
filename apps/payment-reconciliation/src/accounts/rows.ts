import type { Tx } from '@emdia/database';
import type { AllocationPolicy } from '../allocation-policy/allocation-policy';
import type { Allocation, Application, Instalment, Payment, Position, Rank, Receivable, Standstill, WriteOff } from './account';

/** A row and the account it belongs to. */
export interface AccountRow {
  readonly account_key: string;
}

// bigint and date come as text and as Date from pg; amounts (below 2^53) are read as numbers, civil dates as text.
const cents = (...names: string[]) => names.map((name) => `${name}::float8 as ${name}`).join(', ');
const dates = (...names: string[]) => names.map((name) => `${name}::text as ${name}`).join(', ');

interface ReceivableRow extends AccountRow, Omit<Position, 'version' | 'status'> {
  readonly receivable_id: string;
  readonly invoice_id: string;
  readonly issue_version: number | null;
  readonly issue_event: string;
  readonly number: string;
  readonly description: string | null;
  readonly issue_date: string;
  readonly currency: string;
  readonly charge_policy: never;
  readonly instruments: never;
  readonly terms_version: number | null;
  readonly terms_event: string;
  readonly terms_amount_cents: number;
  readonly terms_due_date: string;
  readonly cancel_version: number | null;
  readonly cancel_event: string;
  readonly waiver_cents: number;
  readonly waived_on: string | null;
  readonly write_offs: readonly WriteOff[];
  readonly version: number | null;
  readonly status: Position['status'];
}

const RECEIVABLES = `
  select account_key, receivable_id, invoice_id, issue_event, number, description, currency, charge_policy, instruments, terms_event, cancel_event, write_offs, version, status, collectability,
    ${cents('issue_version', 'terms_version', 'cancel_version', 'terms_amount_cents', 'waiver_cents', 'amount_cents', 'paid_cents', 'waived_cents', 'written_off_cents', 'open_cents')},
    ${dates('issue_date', 'terms_due_date', 'waived_on', 'settled_on', 'original_due_date', 'effective_due_date', 'review_date')}
  from receivable where account_key = any($1::text[])`;

const rank = (version: number | null, event_id: string): Rank | null => (version === null ? null : { version, event_id });

function receivableOf(row: ReceivableRow): Receivable {
  const { receivable_id, invoice_id, number, description, issue_date, currency, charge_policy, instruments, waiver_cents, waived_on, write_offs, version } = row;
  const issued = rank(row.issue_version, row.issue_event);
  const terms = rank(row.terms_version, row.terms_event);
  const { amount_cents, paid_cents, waived_cents, written_off_cents, open_cents, status, settled_on, original_due_date, effective_due_date, collectability, review_date } = row;
  return {
    receivable_id, invoice_id, waiver_cents, waived_on, write_offs,
    issue: issued && { rank: issued, number, description, issue_date, currency, charge_policy, instruments },
    terms: terms && { rank: terms, amount_cents: row.terms_amount_cents, due_date: row.terms_due_date },
    cancelled: rank(row.cancel_version, row.cancel_event),
    position: version === null ? null : {
      version, amount_cents, paid_cents, waived_cents, written_off_cents, open_cents, status, settled_on, original_due_date, effective_due_date, collectability, review_date,
    },
  };
}

export const readReceivables = async (tx: Tx, keys: readonly string[]): Promise<{ readonly account_key: string; readonly receivable: Receivable }[]> =>
  (await tx.query<ReceivableRow>(RECEIVABLES, [keys])).map((row) => ({ account_key: row.account_key, receivable: receivableOf(row) }));

export const readPayments = (tx: Tx, keys: readonly string[]): Promise<(Omit<Payment, 'applications' | 'allocations'> & AccountRow)[]> =>
  tx.query(
    `select account_key, source, payment_id, reference, currency, credited, charges, pending_at, failed_at, filed, tellings, recorded_at, unapplied_reason,
       ${cents('received_cents', 'refunded_cents', 'fee_cents', 'credit_fee_cents', 'discount_cents')}, ${dates('paid_date', 'credit_date')}
     from payment where account_key = any($1::text[])`, [keys]);

/** The orders of allocation of some creditors; most have none. */
export const readPolicies = (tx: Tx, creditorIds: readonly string[]): Promise<(AllocationPolicy & { readonly creditor_id: string })[]> =>
  tx.query(`select creditor_id, ${dates('valid_from')}, allocation_order from allocation_policy where creditor_id = any($1::text[]) order by creditor_id, valid_from`, [creditorIds]);

type OfPayment = AccountRow & Pick<Payment, 'source' | 'payment_id'>;

export const readAllocations = (tx: Tx, keys: readonly string[]): Promise<(Allocation & OfPayment)[]> =>
  tx.query(
    `select account_key, source, payment_id, receivable_id, ${cents('principal_cents', 'fine_cents', 'interest_cents', 'difference_cents', 'discount_cents')}
     from allocation where account_key = any($1::text[]) and principal_cents + fine_cents + interest_cents + difference_cents + discount_cents > 0`, [keys]);

export const readApplications = (tx: Tx, keys: readonly string[]): Promise<(Application & OfPayment)[]> =>
  tx.query(
    `select account_key, source, payment_id, application_id, receivable_id, actor, recorded_at, ${cents('amount_cents')}
     from application where account_key = any($1::text[]) order by recorded_at, application_id`, [keys]);

export const readStandstills = (tx: Tx, keys: readonly string[]): Promise<(Omit<Standstill, 'instalments'> & AccountRow)[]> =>
  tx.query(
    `select account_key, standstill_id, kind, receivable_ids, begun, ended, ${cents('waived_cents')}, ${dates('review_date')} from standstill where account_key = any($1::text[])`,
    [keys]);

/** By agreement, which stands in for the account's key. */
export const readInstalments = (tx: Tx, agreementIds: readonly string[]): Promise<(Instalment & AccountRow)[]> =>
  tx.query(
    `select agreement_id as account_key, instalment_id, number, ${cents('amount_cents')}, ${dates('due_date')} from instalment where agreement_id = any($1::uuid[]) order by agreement_id, number`,
    [agreementIds]);
