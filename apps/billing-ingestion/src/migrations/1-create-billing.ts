import { fence, roleOf } from '@emdia/database';
import type { MigrationInterface, QueryRunner } from 'typeorm';

const api = roleOf('billing', 'api');

/** Everything billing-ingestion owns. */
export class CreateBilling1700000000101 implements MigrationInterface {
  name = 'CreateBilling1700000000101';

  async up(runner: QueryRunner): Promise<void> {
    for (const part of [tenants, books, doors]) await runner.query(part);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop table quarantine, source_seen, payment_source, refund, payment, invoice, customer, upstream_event, book_lock, api_key, platform_creditor, creditor`);
  }
}

const tenants = `
  create table creditor (
    creditor_id text primary key, name text not null, document text not null, address text not null, contact_email text, contact_phone text,
    sender_name text not null, currency text not null, default_queue text not null, recorded_at timestamptz not null, changed_at timestamptz not null
  );
  ${fence('billing', 'creditor', 'select')}
  create table platform_creditor (platform text not null, creditor_id text not null, recorded_at timestamptz not null, primary key (platform, creditor_id));
  create index platform_creditor_creditor on platform_creditor (creditor_id);
  ${fence('billing', 'platform_creditor', 'select')}
  create table api_key (
    key_id text primary key, key_sha256 text not null unique check (key_sha256 ~ '^[0-9a-f]{64}$'), creditor_id text, scopes text[] not null,
    actor text not null, recorded_at timestamptz not null, revoked_at timestamptz
  );`;

const books = `
  create table book_lock (key text primary key);
  grant select, insert, update on book_lock to ${api};
  create table upstream_event (
    origin text not null, event_id text not null, content_hash text not null, creditor_id text not null, primary key (origin, event_id)
  );
  ${fence('billing', 'upstream_event')}
  create table customer (
    creditor_id text not null, customer_id text not null, person_key text not null, document_key text, state text, has_email boolean not null,
    email_invalid boolean not null, contact_sealed text not null, version int not null, told_by jsonb not null, primary key (creditor_id, customer_id)
  );
  ${fence('billing', 'customer')}
  create table invoice (
    creditor_id text not null, invoice_id text not null, receivable_id uuid not null unique, status text not null check (status in ('awaited', 'open', 'cancelled')),
    customer_id text, number text, description text, issue_date date, issued_due_date date, issued_amount_cents bigint, currency text,
    due_date date, amount_cents bigint, charge_policy jsonb, instruments jsonb, cancelled boolean not null, cancel_reason text, content_hash text,
    issue_rank jsonb, due_date_rank jsonb, amount_rank jsonb, source_version int not null, primary key (creditor_id, invoice_id),
    check (status = 'awaited' or (customer_id is not null and issue_date is not null and due_date is not null and amount_cents > 0 and content_hash is not null))
  );
  create index invoice_number on invoice (creditor_id, number) where number is not null;
  create index invoice_customer on invoice (creditor_id, customer_id);
  ${fence('billing', 'invoice')}
  create table payment (
    creditor_id text not null, source text not null, payment_id text not null, status text not null check (status in ('awaited', 'pending', 'failed', 'received')),
    key text, customer_id text, reference text, amount_cents bigint, currency text, paid_date date, credit_date date, content_hash text,
    attempts int not null, pending_at timestamptz, failed boolean not null, failed_at timestamptz, failure_code text, primary key (creditor_id, source, payment_id),
    check (status = 'awaited' or (key is not null and amount_cents > 0)), check (status <> 'received' or (paid_date is not null and credit_date is not null and content_hash is not null))
  );
  ${fence('billing', 'payment')}
  create table refund (
    creditor_id text not null, source text not null, payment_id text not null, refund_id text not null, amount_cents bigint not null check (amount_cents > 0),
    currency text not null, refunded_date date not null, content_hash text not null, primary key (creditor_id, source, payment_id, refund_id)
  );
  ${fence('billing', 'refund')}`;

const doors = `
  create table payment_source (
    creditor_id text not null, source text not null, rails text[] not null, lag_business_days int not null, covered_until date, version int not null,
    primary key (creditor_id, source)
  );
  ${fence('billing', 'payment_source')}
  create table source_seen (creditor_id text not null, source text not null, primary key (creditor_id, source));
  ${fence('billing', 'source_seen')}
  create table quarantine (
    id uuid primary key, origin text not null, platform text, position text, event_id text not null, event_type text not null, content_hash text not null,
    creditor_id text, customer_id text, source text, key text not null, reason text not null, detail text not null, body_sealed text not null,
    status text not null check (status in ('open', 'replayed', 'discarded')), received_at timestamptz not null, resolved_at timestamptz, resolution text
  );
  create index quarantine_list on quarantine (status, received_at, id);
  create index quarantine_holds on quarantine (creditor_id, source) where status = 'open' and source is not null;
  ${fence('billing', 'quarantine')}`;
