import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What a payment is made of (gross, the fee kept, the discount granted), when its money was there, and why money went back. */
export class PaymentParts1700000003101 implements MigrationInterface {
  name = 'PaymentParts1700000003101';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table payment add column fee_cents bigint check (fee_cents >= 0), add column discount_cents bigint check (discount_cents >= 0), add column credited boolean,
        add column credit_told_date date, add column credit_fee_cents bigint check (credit_fee_cents >= 0), add column credit_hash text;
      alter table refund add column reason text check (reason in ('refund', 'chargeback', 'pix-devolution'));`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table payment drop column fee_cents, drop column discount_cents, drop column credited, drop column credit_told_date, drop column credit_fee_cents, drop column credit_hash;
      alter table refund drop column reason;`);
  }
}
