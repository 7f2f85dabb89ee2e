import { fence } from '@emdia/database';
import type { MigrationInterface, QueryRunner } from 'typeorm';

const BEFORE = ['receivable', 'revenue', 'cash', 'unapplied', 'fine_income', 'interest_income', 'waiver'];
const NOW = [...BEFORE, 'cash_in_transit', 'fees', 'discount', 'refund'];

const accountIn = (names: readonly string[]) => `
  alter table posting drop constraint posting_account_check;
  alter table posting add constraint posting_account_check check (account in (${names.map((name) => `'${name}'`).join(', ')}));`;

/** Gross, fee and discount told apart, cash in transit, refunds with an account of their own, and each creditor's order of allocation. */
export class MoneyParts1700000003100 implements MigrationInterface {
  name = 'MoneyParts1700000003100';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(accountIn(NOW));
    // What was received so far was booked as cash the day it was told; a reason that is not sure comes with the next look at its account.
    await runner.query(`
      alter table payment add column fee_cents bigint check (fee_cents >= 0), add column credit_fee_cents bigint check (credit_fee_cents >= 0),
        add column discount_cents bigint not null default 0 check (discount_cents >= 0), add column credit_date date,
        add column credited boolean not null default false, add column unapplied_reason text;
      update payment set credited = true, credit_date = paid_date where received_cents > 0;
      update payment set unapplied_reason = case when reference is null then 'no-reference' when customer_id is null then 'unknown-reference' end where unapplied_cents > 0;
      alter table allocation add column discount_cents bigint not null default 0 check (discount_cents >= 0);
      create table allocation_policy (
        creditor_id text not null, valid_from date not null, allocation_order text[] not null, actor text not null, recorded_at timestamptz not null,
        primary key (creditor_id, valid_from)
      );`);
    await runner.query(fence('reconciliation', 'allocation_policy'));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop table allocation_policy;
      alter table allocation drop column discount_cents;
      alter table payment drop column fee_cents, drop column credit_fee_cents, drop column discount_cents, drop column credit_date, drop column credited, drop column unapplied_reason;`);
    await runner.query(accountIn(BEFORE));
  }
}
