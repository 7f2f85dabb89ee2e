import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Every hold of a case is found by it, ended ones too: what is held for a person and a case as it is shown ask for more than what is loaded with it. */
export class HoldsByCase1700000009100 implements MigrationInterface {
  name = 'HoldsByCase1700000009100';

  // Made before the other is dropped: a drop shuts out readers until the transaction ends.
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('create index hold_key on hold (key); drop index hold_read');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('create index hold_read on hold (key) where lifted_at is null or stops_clock; drop index hold_key');
  }
}
