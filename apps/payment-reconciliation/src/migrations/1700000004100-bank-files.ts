import { fence } from '@emdia/database';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Files of banks as they came, how far each has been taken in, and what became of every row that is about money. */
export class BankFiles1700000004100 implements MigrationInterface {
  name = 'BankFiles1700000004100';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table bank_file_body (file_id uuid primary key, creditor_id text not null, body_sealed text not null);
      create table bank_file (
        file_id uuid primary key, creditor_id text not null, source text not null, name text not null, size_bytes int not null, actor text not null,
        received_at timestamptz not null,
        status text not null check (status in ('received', 'posting', 'matching', 'posted', 'holding', 'needs-confirmation', 'refused', 'undoing', 'undone')),
        read jsonb, rows int check (rows >= 0), rows_done int not null check (rows_done >= 0 and rows_done <= coalesce(rows, 0)), counts jsonb not null, posted_cents bigint not null,
        covered_until date, decided_by text, concluded_at timestamptz, lease_epoch_ms bigint not null default 0
      );
      create index bank_file_page on bank_file (creditor_id, received_at, file_id);
      create index bank_file_under_way on bank_file (received_at, file_id) where status in ('received', 'posting', 'matching', 'holding', 'undoing');
      -- What was taken from where banks put files down; only the service itself looks there.
      create table bank_file_collected (place text not null, path text not null, version text not null, collected_at timestamptz not null, primary key (place, path, version));
      -- Known by what it says: the same row in another file is the same row.
      create table bank_row (
        creditor_id text not null, source text not null, row_id uuid not null, file_id uuid not null, line int not null,
        state text not null check (state in ('posted', 'awaiting', 'held', 'returned', 'left', 'undone')),
        payment_id text, reference text, our_number text, amount_cents bigint, paid_date date, credit_date date, reason text, primary key (creditor_id, source, row_id)
      );
      create index bank_row_of_file on bank_row (file_id, line, row_id);
      create index bank_row_number on bank_row (creditor_id, source, our_number) where state = 'posted';
      -- Money that quoted nothing known, what it may mean, and every person's word on it.
      create table waiting_money (
        creditor_id text not null, source text not null, payment_id text not null, file_id uuid not null, amount_cents bigint not null, currency text not null, paid_date date not null,
        status text not null check (status in ('suggested', 'unknown', 'double', 'placed', 'withdrawn')), suggestions jsonb not null, doubts jsonb not null,
        placed_by text check (placed_by in ('key', 'payer', 'person')), words jsonb not null, held jsonb not null, looked_at timestamptz not null, primary key (creditor_id, source, payment_id),
        check ((status = 'placed') = (placed_by is not null))
      );
      create index waiting_money_page on waiting_money (creditor_id, paid_date, source, payment_id) where status not in ('placed', 'withdrawn');
      -- Who has paid for whom, sealed; by a key or a person's word, never by a guess.
      create table confirmed_payer (creditor_id text not null, customer_id text not null, payer_sealed text not null);
      create index confirmed_payer_of on confirmed_payer (creditor_id, customer_id);
      alter table standstill drop constraint standstill_kind_check;
      alter table standstill add constraint standstill_kind_check check (kind in ('hold', 'dispute', 'promise', 'agreement', 'money'));
      create index bank_row_payment on bank_row (creditor_id, source, payment_id) where state = 'posted';`);
    for (const table of ['bank_file_body', 'bank_file', 'bank_row', 'waiting_money', 'confirmed_payer']) await runner.query(fence('reconciliation', table));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop table confirmed_payer, waiting_money, bank_row, bank_file_collected, bank_file, bank_file_body;
      delete from standstill where kind = 'money';
      alter table standstill drop constraint standstill_kind_check;
      alter table standstill add constraint standstill_kind_check check (kind in ('hold', 'dispute', 'promise', 'agreement'));`);
  }
}
