import { fence } from '@emdia/database';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Declined charges as facts, by debt and by card; how each receivable is charged by itself; creditors' own tables for retries. */
export class ChargeAttempts1700000008100 implements MigrationInterface {
  name = 'ChargeAttempts1700000008100';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table charge_attempt (
        key text not null, attempt_id uuid not null, creditor_id text not null, receivable_id uuid, at timestamptz not null, rail text, card_key text, brand text,
        category text check (category in ('HARD', 'SOFT')), code text, network_code text, advice_code text, amount_cents bigint, next_attempt_at timestamptz, retry_policy text,
        claimed boolean not null, forget_on date,
        primary key (key, attempt_id)
      );
      create index charge_attempt_card on charge_attempt (creditor_id, card_key) where card_key is not null;
      create index charge_attempt_unclaimed on charge_attempt (receivable_id) where not claimed;
      create index charge_attempt_forget on charge_attempt (forget_on) where forget_on is not null;
      comment on column charge_attempt.claimed is 'Whether its customer was known; else it waits under the reference it names, and is found by it.';
      comment on column charge_attempt.forget_on is 'When it counts in no limit any more; null: a hard stop, which is kept.';

      alter table case_receivable add column charged jsonb;
      comment on column case_receivable.charged is 'How upstream charges it by itself: rails, and what its instruments are called in attempts; null where it does not.';
      create table retry_tables (creditor_id text primary key, tables jsonb not null, set_at timestamptz not null, set_by text not null);`);
    await runner.query(fence('dunning', 'charge_attempt'));
    await runner.query(fence('dunning', 'retry_tables'));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table retry_tables, charge_attempt; alter table case_receivable drop column charged');
  }
}
