import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What a file has in the ledger follows its rows, when they go over to another file or are taken back. */
export class MovedRows1700000007500 implements MigrationInterface {
  name = 'MovedRows1700000007500';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table bank_file add column moved_cents bigint not null default 0;
      update bank_file f set moved_cents =
        coalesce((select sum(case r.state when 'posted' then r.amount_cents when 'returned' then -r.amount_cents end) from bank_row r where r.file_id = f.file_id), 0)
        - coalesce((select sum(b.posted_cents) from bank_file_batch b where b.file_id = f.file_id and b.pass = f.pass), 0);`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table bank_file drop column moved_cents');
  }
}
