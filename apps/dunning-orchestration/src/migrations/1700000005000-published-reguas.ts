import { fence } from '@emdia/database';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Réguas that creditors published: a version is never edited, only retired. Of a case, since when and by whom it follows its own. */
export class PublishedReguas1700000005000 implements MigrationInterface {
  name = 'PublishedReguas1700000005000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table regua_document (
        creditor_id text not null, regua text not null, version int not null, document jsonb not null,
        published_at timestamptz not null, published_by text not null, retired_at timestamptz, retired_by text,
        primary key (creditor_id, regua, version)
      );
      alter table case_file add column regua_since timestamptz, add column regua_by text;`);
    await runner.query(fence('dunning', 'regua_document'));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table case_file drop column regua_since, drop column regua_by; drop table regua_document');
  }
}
