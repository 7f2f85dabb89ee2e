import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Each hour of business time in which it was proven that no debt is forgotten, and what was found; of all creditors, so that no creditor reads it. */
export class DebtProof1700000008310 implements MigrationInterface {
  name = 'DebtProof1700000008310';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table debt_proof (
        hour timestamptz primary key, began_at timestamptz not null, ended_at timestamptz,
        cases bigint, debts bigint, late bigint, forgotten bigint, healed bigint
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table debt_proof');
  }
}
