import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Creditors' own hours, and whose decision it was where one contacts more often than the house does by itself. */
export class OwnHours1700000001306 implements MigrationInterface {
  name = 'OwnHours1700000001306';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table own_rule
        add column hours jsonb check (hours->>'from' < hours->>'to'),
        add column decision jsonb,
        add constraint own_rule_most check (contacts_in_7_days <= 7 and contacts_in_30_days <= 30),
        add constraint own_rule_decided check (coalesce(decision->>'decided_by', '') <> '' or (contacts_in_7_days <= 4 and contacts_in_30_days <= 12))`);
  }

  async down(runner: QueryRunner): Promise<void> {
    // Rules looser than the house's are not known before this migration: they end, and the version before them holds.
    await runner.query('delete from own_rule where decision is not null; alter table own_rule drop column hours, drop constraint own_rule_most, drop constraint own_rule_decided, drop column decision');
  }
}
