import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What a file says of a payment that has not come, apart from what events say of it: a file that lets go must not end an attempt that is under way. */
export class FiledPayments1700000007400 implements MigrationInterface {
  name = 'FiledPayments1700000007400';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table payment add column filed text check (filed in ('awaited', 'doubted'));
      update payment p set filed = case when p.doubted then 'doubted' else 'awaited' end, pending_at = null from bank_row r
        where r.creditor_id = p.creditor_id and r.source = p.source and r.payment_id = p.payment_id and r.state in ('awaiting', 'held', 'left') and p.received_cents = 0 and p.pending_at is not null;
      alter table payment drop column doubted;`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table payment add column doubted boolean not null default false;
      update payment set doubted = filed = 'doubted', pending_at = coalesce(pending_at, recorded_at) where filed is not null;
      alter table payment drop column filed;`);
  }
}
