import { fence, roleOf } from '@emdia/database';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { LEDGER_ACCOUNTS } from '../ledger/entry';

const TENANT = ['account', 'receivable', 'payment', 'application', 'allocation', 'standstill', 'instalment', 'coverage'];
/** Written once, by nobody changed. */
const APPEND_ONLY = ['entry', 'posting', 'collectability_change'];

export class Reconciliation1700000001100 implements MigrationInterface {
  name = 'Reconciliation1700000001100';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(ACCOUNTS);
    await runner.query(LEDGER);
    await runner.query(KNOWLEDGE);
    for (const table of TENANT) await runner.query(fence('reconciliation', table));
    // A payment that waited on a reference moves to the account that claims it, also by a person's decision.
    await runner.query(`grant delete on payment to ${roleOf('reconciliation', 'api')}`);
    for (const table of APPEND_ONLY) {
      await runner.query(fence('reconciliation', table, 'select, insert'));
      await runner.query(`revoke update, delete, truncate on ${table} from ${roleOf('reconciliation', 'stream')}`);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table unread, heartbeat, coverage, collectability_change, posting, entry, instalment, standstill, allocation, application, payment, receivable, account');
    await runner.query('drop function refuse_unbalanced');
  }
}

const ACCOUNTS = `
  -- The lock of a customer or of a reference; claimed_by is the customer's key that takes what quotes the reference.
  create table account (key text primary key, creditor_id text not null, claimed_by text) with (fillfactor = 70);

  create table receivable (
    receivable_id uuid primary key, account_key text not null, creditor_id text not null, customer_id text not null, invoice_id text not null,
    issue_version bigint, issue_event text, number text, description text, issue_date date, currency text, charge_policy jsonb, instruments jsonb,
    terms_version bigint, terms_event text, terms_amount_cents bigint, terms_due_date date, cancel_version bigint, cancel_event text,
    waiver_cents bigint not null check (waiver_cents >= 0), waived_on date,
    version int, status text not null check (status in ('unissued', 'open', 'settled', 'cancelled')),
    amount_cents bigint, paid_cents bigint check (paid_cents >= 0), waived_cents bigint check (waived_cents >= 0), open_cents bigint check (open_cents >= 0),
    settled_on date, original_due_date date, effective_due_date date, collectability text, review_date date,
    check ((status = 'unissued') = (version is null)),
    check (status = 'unissued' or open_cents = amount_cents - paid_cents - waived_cents),
    check (status = 'unissued' or (status = 'open') = (open_cents > 0))
  ) with (fillfactor = 80);
  create index receivable_account on receivable (account_key);
  create index receivable_page on receivable (creditor_id, original_due_date, receivable_id);

  create table payment (
    account_key text not null, source text not null, payment_id text not null, creditor_id text not null, customer_id text, reference text, currency text,
    received_cents bigint not null check (received_cents >= 0), refunded_cents bigint not null check (refunded_cents >= 0), unapplied_cents bigint not null,
    paid_date date, pending_at timestamptz, failed_at timestamptz, recorded_at timestamptz not null,
    primary key (account_key, source, payment_id)
  ) with (fillfactor = 80);
  create index payment_named on payment (creditor_id, payment_id);
  create index payment_unapplied on payment (creditor_id, recorded_at, source, payment_id) where unapplied_cents > 0;

  create table application (
    application_id uuid primary key, account_key text not null, creditor_id text not null, source text not null, payment_id text not null,
    receivable_id uuid not null, amount_cents bigint not null check (amount_cents > 0), actor text not null, recorded_at timestamptz not null
  );
  create index application_account on application (account_key);

  -- A row stays at zero when a refund or an older payment takes its place.
  create table allocation (
    creditor_id text not null, source text not null, payment_id text not null, receivable_id uuid not null, account_key text not null,
    principal_cents bigint not null check (principal_cents >= 0), fine_cents bigint not null check (fine_cents >= 0), interest_cents bigint not null check (interest_cents >= 0),
    primary key (creditor_id, source, payment_id, receivable_id)
  );
  create index allocation_account on allocation (account_key);

  create table standstill (
    standstill_id uuid primary key, account_key text not null, creditor_id text not null, customer_id text not null,
    kind text not null check (kind in ('hold', 'dispute', 'promise', 'agreement')), receivable_ids uuid[] not null, review_date date,
    waived_cents bigint not null, begun boolean not null, ended boolean not null
  );
  create index standstill_account on standstill (account_key);
  create table instalment (
    instalment_id uuid primary key, agreement_id uuid not null references standstill, creditor_id text not null, number int not null, due_date date not null,
    amount_cents bigint not null check (amount_cents > 0), unique (agreement_id, number)
  );

  create table collectability_change (
    receivable_id uuid not null, version int not null, creditor_id text not null, collectability text not null, status text not null,
    open_cents bigint not null, recorded_at timestamptz not null, primary key (receivable_id, version)
  );`;

const LEDGER = `
  create table entry (
    id uuid primary key, creditor_id text not null, currency text not null, cause text not null, event_id text not null, account_key text not null,
    recorded_at timestamptz not null, constraint entry_cause unique (creditor_id, cause)
  );
  create index entry_page on entry (creditor_id, id);
  create table posting (
    entry_id uuid not null references entry, line smallint not null, creditor_id text not null,
    account text not null check (account in (${LEDGER_ACCOUNTS.map((name) => `'${name}'`).join(', ')})),
    receivable_id uuid, source text, payment_id text, amount_cents bigint not null check (amount_cents <> 0), primary key (entry_id, line)
  );
  create index posting_receivable on posting (receivable_id) where receivable_id is not null;
  create index posting_creditor on posting (creditor_id, account) include (amount_cents);

  -- One look per statement at the entries it touched, which a role that may only insert cannot switch off: a deferred
  -- trigger per row would look once for each of a batch's thousands of lines.
  create function refuse_unbalanced() returns trigger language plpgsql as $$
  declare unbalanced uuid;
  begin
    select p.entry_id into unbalanced from posting p where p.entry_id in (select a.entry_id from added a) group by p.entry_id having sum(p.amount_cents) <> 0 limit 1;
    if unbalanced is not null then
      raise exception 'entry % does not balance', unbalanced using errcode = 'check_violation', constraint = 'entry_balanced';
    end if;
    return null;
  end $$;
  create trigger entry_balanced after insert on posting referencing new table as added for each statement execute function refuse_unbalanced();`;

const KNOWLEDGE = `
  create table coverage (
    creditor_id text not null, source text not null, partition int not null, covered_until date, lag_business_days int not null, rails text[] not null,
    checked_at timestamptz not null, primary key (creditor_id, source, partition)
  );
  create table heartbeat (service text not null, partition int not null, wall_epoch_ms bigint not null, primary key (service, partition)) with (fillfactor = 50);
  create table unread (
    rejection_id uuid primary key, service text not null, creditor_id text, customer_id text, source text,
    status text not null check (status in ('open', 'resolved')), recorded_at timestamptz not null
  );
  create index unread_open on unread (creditor_id, customer_id) where status = 'open';`;
