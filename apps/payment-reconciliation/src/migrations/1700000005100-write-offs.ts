import type { MigrationInterface, QueryRunner } from 'typeorm';

const BEFORE = ['receivable', 'revenue', 'cash_in_transit', 'cash', 'fees', 'unapplied', 'fine_income', 'interest_income', 'discount', 'waiver', 'refund'];

const accountIn = (names: readonly string[]) => `
  alter table posting drop constraint posting_account_check;
  alter table posting add constraint posting_account_check check (account in (${names.map((name) => `'${name}'`).join(', ')}));`;

/** Receivables that are given up in the books, and every person's word on them. */
export class WriteOffs1700000005100 implements MigrationInterface {
  name = 'WriteOffs1700000005100';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(accountIn([...BEFORE, 'write_off']));
    await runner.query(`
      alter table receivable add column write_offs jsonb not null default '[]', add column written_off_cents bigint not null default 0 check (written_off_cents >= 0),
        drop constraint receivable_status_check, drop constraint receivable_check1,
        add constraint receivable_status_check check (status in ('unissued', 'open', 'settled', 'cancelled', 'written-off')),
        add constraint receivable_open_check check (status = 'unissued' or open_cents = amount_cents - paid_cents - waived_cents - written_off_cents),
        add constraint receivable_written_off_check check ((status = 'written-off') = (written_off_cents > 0));`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table receivable drop constraint receivable_written_off_check, drop constraint receivable_open_check, drop constraint receivable_status_check,
        add constraint receivable_check1 check (status = 'unissued' or open_cents = amount_cents - paid_cents - waived_cents),
        add constraint receivable_status_check check (status in ('unissued', 'open', 'settled', 'cancelled')),
        drop column written_off_cents, drop column write_offs;`);
    await runner.query(accountIn(BEFORE));
  }
}
