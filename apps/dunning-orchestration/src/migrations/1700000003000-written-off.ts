import type { MigrationInterface, QueryRunner } from 'typeorm';

const statusIn = (names: readonly string[]) => `
  alter table case_receivable drop constraint case_receivable_status_check,
    add constraint case_receivable_status_check check (status in (${names.map((name) => `'${name}'`).join(', ')}))`;

/** Receivables that their creditor gives up in the books. */
export class WrittenOff1700000003000 implements MigrationInterface {
  name = 'WrittenOff1700000003000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(statusIn(['open', 'settled', 'cancelled', 'written-off']));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(statusIn(['open', 'settled', 'cancelled']));
  }
}
