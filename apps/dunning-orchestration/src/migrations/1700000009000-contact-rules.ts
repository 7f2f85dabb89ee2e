import { fence } from '@emdia/database';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The weekdays on which a creditor lets nobody be contacted, as notifications tells them. */
export class ContactRules1700000009000 implements MigrationInterface {
  name = 'ContactRules1700000009000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('create table contact_rule (creditor_id text primary key, version int not null, weekdays smallint[] not null check (cardinality(weekdays) > 0))');
    await runner.query(fence('dunning', 'contact_rule'));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table contact_rule');
  }
}
