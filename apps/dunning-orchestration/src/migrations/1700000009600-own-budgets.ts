import type { MigrationInterface, QueryRunner } from 'typeorm';

/** How often a creditor lets a person be contacted, as notifications tells it; a rule told earlier has the counts of the house here until it is set anew. */
export class OwnBudgets1700000009600 implements MigrationInterface {
  name = 'OwnBudgets1700000009600';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table contact_rule add column contacts_in_7_days int, add column contacts_in_30_days int');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table contact_rule drop column contacts_in_7_days, drop column contacts_in_30_days');
  }
}
