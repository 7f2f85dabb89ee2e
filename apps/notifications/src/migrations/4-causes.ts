import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Whether a message asks why debts are unpaid, and what the debtor answered; null for those from before. */
export class CauseAnswers1700000001044 implements MigrationInterface {
  name = 'CauseAnswers1700000001044';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table delivery add column asks_cause boolean, add column cause_answer jsonb');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table delivery drop column asks_cause, drop column cause_answer');
  }
}
