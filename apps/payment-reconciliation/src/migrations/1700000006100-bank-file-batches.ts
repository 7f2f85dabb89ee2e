import { fence } from '@emdia/database';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The progress of a file is the batches that were taken in, one row each in the transaction of what it posts: so several are worked at at once, and still each is
 * taken in once. A body stands in parts, because one of 64 MiB in one piece was held five times over while it was sealed and sent.
 */
export class BankFileBatches1700000006100 implements MigrationInterface {
  name = 'BankFileBatches1700000006100';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table bank_file_body add column part int not null default 0, add column deflated boolean not null default false;
      alter table bank_file_body drop constraint bank_file_body_pkey, add primary key (file_id, part);
      create table bank_file_batch (
        file_id uuid not null, pass int not null, from_row int not null check (from_row >= 0), rows int not null check (rows > 0), creditor_id text not null,
        counts jsonb not null, posted_cents bigint not null, primary key (file_id, pass, from_row)
      );
      insert into bank_file_batch select file_id, 0, n, least(250, rows_done - n), creditor_id, case n when 0 then counts else '{}' end, case n when 0 then posted_cents else 0 end
        from bank_file, generate_series(0, rows_done - 1, 250) n where status <> 'undone';
      alter table bank_file add column pass int not null default 0, drop column rows_done, drop column counts, drop column posted_cents;`);
    await runner.query(fence('reconciliation', 'bank_file_batch', 'select'));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table bank_file add column rows_done int not null default 0, add column counts jsonb not null default '{}', add column posted_cents bigint not null default 0, drop column pass;
      drop table bank_file_batch;
      delete from bank_file_body where deflated;
      alter table bank_file_body drop constraint bank_file_body_pkey, drop column part, drop column deflated, add primary key (file_id);`);
  }
}
