import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Law 5: with which words of its régua, which offers and which channels a notice was asked for; null for those asked for before. */
export class NoticeWords1700000006000 implements MigrationInterface {
  name = 'NoticeWords1700000006000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table notice add column template text, add column tone text, add column offers jsonb, add column channels jsonb');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table notice drop column template, drop column tone, drop column offers, drop column channels');
  }
}
