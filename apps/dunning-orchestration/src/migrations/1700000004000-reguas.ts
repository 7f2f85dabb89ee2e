import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The version of the régua that a case opened with, and the steps done without a message: which, for which due date, when, by which task. */
export class Reguas1700000004000 implements MigrationInterface {
  name = 'Reguas1700000004000';

  async up(runner: QueryRunner): Promise<void> {
    // The ladder that all cases followed until now has the steps of this version; what is published later must not take them over.
    await runner.query(`
      alter table case_file add column regua_version text;
      alter table case_receivable add column acted jsonb;
      update case_file set regua_version = 'esquecido-1' where status <> 'new'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table case_receivable drop column acted; alter table case_file drop column regua_version');
  }
}
