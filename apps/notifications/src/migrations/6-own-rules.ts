import { fence } from '@emdia/database';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Creditors' own rules, stricter than the house's, version after version; and of each message the version it was let go by. */
export class OwnRules1700000001305 implements MigrationInterface {
  name = 'OwnRules1700000001305';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table own_rule (
        creditor_id text not null, version int not null, weekdays smallint[] not null check (cardinality(weekdays) > 0 and weekdays <@ '{1,2,3,4,5}'),
        contacts_in_7_days int not null check (contacts_in_7_days > 0), contacts_in_30_days int not null check (contacts_in_30_days > 0),
        reason text not null, set_by text not null, set_at timestamptz not null, primary key (creditor_id, version)
      );
      alter table delivery add column own_rule jsonb`);
    await runner.query(fence('notifications', 'own_rule', 'select, insert'));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table delivery drop column own_rule; drop table own_rule');
  }
}
