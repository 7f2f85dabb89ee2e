import type { MigrationInterface, QueryRunner } from 'typeorm';

/** An act that its receiver would not have and nobody was asked to do instead may be planned again, as one that never left. */
export class RejectedAgain1700000009400 implements MigrationInterface {
  name = 'RejectedAgain1700000009400';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop index outward_act_once;
      create unique index outward_act_once on outward_act (receivable_id, due_date, step)
        where undoes is null and status not in ('refused', 'expired') and not (status = 'rejected' and task is null)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop index outward_act_once;
      create unique index outward_act_once on outward_act (receivable_id, due_date, step) where undoes is null and status not in ('refused', 'expired')`);
  }
}
