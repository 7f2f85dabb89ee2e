import { fence, roleOf } from '@emdia/database';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The tables that every service has besides its own: inbox, outbox, dead letters, idempotency keys. */
export function messagingMigrations(schema: string): (new () => MigrationInterface)[] {
  return [
    class Messaging1700000000000 implements MigrationInterface {
      name = 'Messaging1700000000000';

      async up(runner: QueryRunner): Promise<void> {
        await runner.query(`
          create table inbox (event_id uuid primary key, received_epoch_ms bigint not null);
          create index inbox_age on inbox using brin (received_epoch_ms);
          create table outbox (
            id bigint generated always as identity primary key,
            topic text not null, type text not null, key text not null, partition int, body text not null
          );
          grant insert on outbox to ${roleOf(schema, 'api')};
          create table dead_letter (
            id uuid primary key, event_id text not null, event_type text not null, topic text not null, key text not null,
            creditor_id text, customer_id text, source text, reason text not null, detail text not null, body_sealed text not null,
            status text not null check (status in ('open', 'replayed', 'discarded')), recorded_at timestamptz not null, resolved_at timestamptz
          );
          create index dead_letter_open on dead_letter (recorded_at, id) where status = 'open';
          create table idempotency (
            creditor_id text not null, key text not null, fingerprint text not null, answer jsonb, recorded_at timestamptz not null,
            primary key (creditor_id, key)
          );
          ${fence(schema, 'idempotency')}`);
      }

      async down(runner: QueryRunner): Promise<void> {
        await runner.query('drop table idempotency, dead_letter, outbox, inbox');
      }
    },
  ];
}
