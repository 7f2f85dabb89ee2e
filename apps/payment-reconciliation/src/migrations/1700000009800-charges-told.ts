import type { MigrationInterface, QueryRunner } from 'typeorm';

const BEFORE = ['receivable', 'revenue', 'cash_in_transit', 'cash', 'fees', 'unapplied', 'fine_income', 'interest_income', 'discount', 'waiver', 'write_off', 'refund'];

const accountIn = (names: readonly string[]) => `
  alter table posting drop constraint posting_account_check;
  alter table posting add constraint posting_account_check check (account in (${names.map((name) => `'${name}'`).join(', ')}));`;

/** Late charges as the source of a payment tells them, and what of them is above our own count. */
export class ChargesTold1700000009800 implements MigrationInterface {
  name = 'ChargesTold1700000009800';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(accountIn([...BEFORE, 'charge_difference']));
    await runner.query(`
      alter table payment add column charges jsonb;
      alter table allocation add column difference_cents bigint not null default 0 check (difference_cents >= 0);`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table allocation drop column difference_cents;
      alter table payment drop column charges;`);
    await runner.query(accountIn(BEFORE));
  }
}
