import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Whose call a day was taken for, so that the same request on the day finds it. */
export class Calls1700000009306 implements MigrationInterface {
  name = 'Calls1700000009306';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`alter table contact_day add column customer_id text, add constraint contact_day_customer check (customer_id is null or cause = 'human')`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table contact_day drop column customer_id');
  }
}
