import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Files that nobody could read and nobody has looked at: the gate asks for them with every verdict. */
export class RefusedFiles1700000005300 implements MigrationInterface {
  name = 'RefusedFiles1700000005300';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`create index bank_file_refused on bank_file (creditor_id, source) where status = 'refused' and decided_by is null`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop index bank_file_refused');
  }
}
