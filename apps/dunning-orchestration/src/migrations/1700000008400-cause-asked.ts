import type { MigrationInterface, QueryRunner } from 'typeorm';

/** When a letter asked why a case is unpaid: it is asked once per opening. */
export class CauseAsked1700000008400 implements MigrationInterface {
  name = 'CauseAsked1700000008400';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table case_file add column cause_asked_at timestamptz');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table case_file drop column cause_asked_at');
  }
}
