import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What taking an event in writes, cut to what somebody reads. A receivable's id is derived from creditor and invoice id,
 * which are the primary key, and nobody looks it up here; a customer is told again with every invoice, so that an update
 * stays on its page (HOT) where the page has room.
 */
export class LeanBooks1700000002200 implements MigrationInterface {
  name = 'LeanBooks1700000002200';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table invoice drop constraint invoice_receivable_id_key; alter table customer set (fillfactor = 70)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table customer reset (fillfactor); alter table invoice add unique (receivable_id)');
  }
}
