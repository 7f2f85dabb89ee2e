import { fence } from '@emdia/database';
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateDeliveries1700000000001 implements MigrationInterface {
  name = 'CreateDeliveries1700000000001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table delivery (
        notice_id uuid primary key, key text not null, creditor_id text not null, customer_id text not null, case_id uuid not null,
        person_key text not null, purpose text not null check (purpose in ('collection', 'agreement', 'service', 'reply')),
        local_day date not null, state text, not_before timestamptz not null, valid_until timestamptz not null,
        regua_version text not null, step text not null, covers jsonb not null, next_step jsonb, instalment_id uuid,
        facts jsonb not null, turned_down jsonb not null, requested_at timestamptz not null,
        status text not null check (status in ('due', 'claimed', 'sending', 'sent', 'failed', 'unknown', 'refused')),
        attempt int not null, history jsonb not null, due_at timestamptz, retry_at_epoch_ms bigint,
        owner uuid, claimed_at_epoch_ms bigint, contact_point_key text, verdict jsonb,
        call_began_at timestamptz, call_began_epoch_ms bigint, provider_id text, reason text, address_invalid boolean, concluded_at timestamptz,
        check ((status = 'due') = (due_at is not null)),
        check ((status in ('claimed', 'sending')) = (claimed_at_epoch_ms is not null)),
        check ((status in ('sending', 'sent', 'failed', 'unknown')) = (call_began_at is not null))
      );
      create index delivery_due on delivery (due_at, notice_id) where status = 'due';
      create index delivery_backing_off on delivery (retry_at_epoch_ms) where status = 'due' and retry_at_epoch_ms is not null;
      create index delivery_under_way on delivery (claimed_at_epoch_ms) where status in ('claimed', 'sending');
      create index delivery_of_creditor on delivery (creditor_id, requested_at, notice_id);
      create index delivery_of_customer on delivery (creditor_id, customer_id, requested_at, notice_id);

      create table delivery_cover (
        notice_id uuid not null, creditor_id text not null, receivable_id uuid not null, due_date date not null, step text not null,
        state text not null check (state in ('taken', 'released'))
      );
      create index delivery_cover_of_notice on delivery_cover (notice_id);
      -- Each step of each debt is covered by at most one message that went out, or may have.
      create unique index delivery_cover_once on delivery_cover (receivable_id, due_date, step) where state = 'taken';`);
    for (const table of ['delivery', 'delivery_cover']) await runner.query(fence('notifications', table, 'select'));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table delivery_cover, delivery');
  }
}
