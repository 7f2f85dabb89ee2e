import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What the régua says, offers and by which channels, as it was asked for; and law 5: the channel taken, and what was turned down. */
export class NoticeWords1700000001003 implements MigrationInterface {
  name = 'NoticeWords1700000001003';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table delivery
        add column words jsonb, add column offers jsonb, add column channels jsonb,
        add column channel text, add column channels_turned_down jsonb, add column words_turned_down text`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table delivery
        drop column words, drop column offers, drop column channels, drop column channel, drop column channels_turned_down, drop column words_turned_down`);
  }
}
