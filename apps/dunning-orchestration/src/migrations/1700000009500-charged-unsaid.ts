import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Of debts told before anybody said how they are charged nobody has said it: null alone would mean that they wait for their debtor, and be so until billing tells them anew. */
export class ChargedUnsaid1700000009500 implements MigrationInterface {
  name = 'ChargedUnsaid1700000009500';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`update case_receivable set charged = '{"rails": null}' where charged is null and status = 'open'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`update case_receivable set charged = null where charged = '{"rails": null}'`);
  }
}
