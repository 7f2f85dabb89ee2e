import { fence } from '@emdia/database';
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateNegotiation1700000000001 implements MigrationInterface {
  name = 'CreateNegotiation1700000000001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table negotiation_lock (key text primary key, creditor_id text not null);

      create table receivable (
        receivable_id uuid primary key, creditor_id text not null, customer_id text not null, version int not null,
        status text not null check (status in ('open', 'settled', 'cancelled')), collectability text not null,
        open_cents bigint not null, paid_cents bigint not null, effective_due_date date not null
      );
      create index receivable_customer on receivable (creditor_id, customer_id);
      create index receivable_open on receivable (creditor_id, customer_id) where status = 'open';

      create table promise (
        promise_id uuid primary key, creditor_id text not null, customer_id text not null, amount_cents bigint not null check (amount_cents > 0),
        promised_date date not null, actor text not null, made_at timestamptz not null,
        status text not null check (status in ('active', 'kept', 'broken')), next_check_at timestamptz, ended_at timestamptz,
        broken_by text check (broken_by in ('date', 'request')),
        check ((status = 'active') = (next_check_at is not null)), check ((status = 'active') = (ended_at is null)), check ((status = 'broken') = (broken_by is not null))
      );
      create table agreement (
        agreement_id uuid primary key, creditor_id text not null, customer_id text not null, waived_cents bigint not null check (waived_cents >= 0),
        actor text not null, made_at timestamptz not null,
        status text not null check (status in ('active', 'completed', 'broken')), next_check_at timestamptz, ended_at timestamptz,
        broken_by text check (broken_by in ('date', 'request')),
        check ((status = 'active') = (next_check_at is not null)), check ((status = 'active') = (ended_at is null)), check ((status = 'broken') = (broken_by is not null))
      );
      create table instalment (
        instalment_id uuid primary key, creditor_id text not null, agreement_id uuid not null references agreement, number int not null check (number > 0),
        due_date date not null, amount_cents bigint not null check (amount_cents > 0), status text not null check (status in ('open', 'paid')), first_paid_at timestamptz,
        unique (agreement_id, number)
      );
      create table dispute (
        dispute_id uuid primary key, creditor_id text not null, customer_id text not null, reason text not null, review_date date not null,
        needs_review boolean not null, actor text not null, made_at timestamptz not null,
        status text not null check (status in ('open', 'resolved')), next_check_at timestamptz, ended_at timestamptz,
        outcome text check (outcome in ('upheld', 'rejected', 'withdrawn', 'settled')), resolved_by text,
        check ((status = 'open') = (next_check_at is not null)), check ((status = 'resolved') = (ended_at is not null and outcome is not null and resolved_by is not null))
      );
      -- What a promise, agreement or dispute (thing_id) covers, and what had been paid by then.
      create table cover (
        thing_id uuid not null, receivable_id uuid not null, creditor_id text not null, position int not null, baseline_paid_cents bigint not null,
        primary key (thing_id, receivable_id)
      );
      create index cover_receivable on cover (receivable_id);`);
    for (const [thing, live] of [['promise', 'active'], ['agreement', 'active'], ['dispute', 'open']]) {
      await runner.query(`
        create index ${thing}_live on ${thing} (creditor_id, customer_id) where status = '${live}';
        create index ${thing}_due on ${thing} (next_check_at) where status = '${live}';
        create index ${thing}_page on ${thing} (creditor_id, ${thing}_id desc);
        create index ${thing}_customer_page on ${thing} (creditor_id, customer_id, ${thing}_id desc);`);
    }
    for (const table of ['negotiation_lock', 'receivable', 'promise', 'agreement', 'instalment', 'dispute', 'cover']) await runner.query(fence('negotiation', table));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table cover, dispute, instalment, agreement, promise, receivable, negotiation_lock');
  }
}
