import { fence } from '@emdia/database';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Webhooks that creditors registered, and what came through them, raw and sealed. */
export class CreateWebhooks1700000003200 implements MigrationInterface {
  name = 'CreateWebhooks1700000003200';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table webhook (
        webhook_id uuid primary key, creditor_id text not null, name text not null, kind text not null, secrets_sealed text not null, zone text not null,
        due_days int not null check (due_days >= 0), address_sealed text, recorded_at timestamptz not null, changed_at timestamptz not null, deleted_at timestamptz
      );
      create unique index webhook_name on webhook (creditor_id, name) where deleted_at is null;
      ${fence('billing', 'webhook')}
      create table webhook_delivery (
        id uuid primary key, webhook_id uuid not null references webhook, creditor_id text not null, identity text not null, event_type text not null, repeats text,
        looks_again boolean not null, body_sealed text not null, status text not null check (status in ('waiting', 'taken', 'ignored', 'quarantined')),
        attempts int not null, due_epoch_ms bigint not null, outcome text, received_at timestamptz not null, handled_at timestamptz, unique (webhook_id, repeats)
      );
      create index webhook_delivery_due on webhook_delivery (due_epoch_ms, id) where status = 'waiting';
      ${fence('billing', 'webhook_delivery')}`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table webhook_delivery, webhook');
  }
}
