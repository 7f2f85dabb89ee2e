import type { MigrationInterface, QueryRunner } from 'typeorm';

const statusIn = (names: readonly string[]) => `
  alter table receivable drop constraint receivable_status_check,
    add constraint receivable_status_check check (status in (${names.map((name) => `'${name}'`).join(', ')}))`;

/** Receivables that their creditor gives up in the books. */
export class WrittenOff1700000000002 implements MigrationInterface {
  name = 'WrittenOff1700000000002';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(statusIn(['open', 'settled', 'cancelled', 'written-off']));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(statusIn(['open', 'settled', 'cancelled']));
  }
}
