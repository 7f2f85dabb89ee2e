import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Deliveries that could not be mapped are mapped again, and raw bodies are forgotten in time. */
export class MapAgainAndForget1700000004100 implements MigrationInterface {
  name = 'MapAgainAndForget1700000004100';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table webhook_delivery alter column body_sealed drop not null, add column mapped_again_by text,
        add constraint webhook_delivery_kept check (body_sealed is not null or status <> 'waiting');
      alter table quarantine alter column body_sealed drop not null, add constraint quarantine_kept check (body_sealed is not null or status <> 'open');
      create index webhook_delivery_unmapped on webhook_delivery (webhook_id, received_at, id) where status in ('waiting', 'quarantined');
      create index webhook_delivery_bodies on webhook_delivery (received_at) where body_sealed is not null and status <> 'waiting';
      create index quarantine_position on quarantine (position) where position like 'webhook %';`);
  }

  // What was forgotten does not come back; an empty text takes its place, so that the column may say again what it said.
  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      update webhook_delivery set body_sealed = '' where body_sealed is null;
      update quarantine set body_sealed = '' where body_sealed is null;
      drop index quarantine_position, webhook_delivery_bodies, webhook_delivery_unmapped;
      alter table webhook_delivery alter column body_sealed set not null, drop column mapped_again_by, drop constraint webhook_delivery_kept;
      alter table quarantine alter column body_sealed set not null, drop constraint quarantine_kept;`);
  }
}
