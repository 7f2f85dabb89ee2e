import { fence } from '@emdia/database';
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateContacts1700000000002 implements MigrationInterface {
  name = 'CreateContacts1700000000002';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table contact_day (
        scope text not null, person_key text, contact_point_key text, local_date date not null,
        class text not null check (class in ('contact', 'service')), creditor_id text not null,
        cause text not null check (cause in ('notice', 'human')), notice_id uuid, recorded_at timestamptz not null,
        check (num_nonnulls(person_key, contact_point_key) = 1),
        check ((cause = 'notice') = (notice_id is not null))
      );
      -- Law 2, at most one a day: one row for the person and one for the contact point, so that every transaction takes
      -- them in one order; a row with both keys would be locked in the order of one and found in that of the other.
      create unique index contact_day_person on contact_day (scope, person_key, local_date, class) where person_key is not null;
      create unique index contact_day_contact_point on contact_day (scope, contact_point_key, local_date, class) where contact_point_key is not null;
      create index contact_day_notice on contact_day (notice_id) where notice_id is not null;

      create table opt_out (
        creditor_id text not null, channel text not null check (channel in ('email')), contact_point_key text not null,
        actor text not null, recorded_at timestamptz not null, primary key (creditor_id, channel, contact_point_key)
      );
      create table closed_contact_point (
        channel text not null check (channel in ('email')), contact_point_key text not null,
        creditor_id text not null, reason text not null, recorded_at timestamptz not null, primary key (channel, contact_point_key)
      );`);
    await runner.query(fence('notifications', 'contact_day', 'select'));
    await runner.query(fence('notifications', 'opt_out', 'select, insert'));
    await runner.query(fence('notifications', 'closed_contact_point', 'select'));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table closed_contact_point, opt_out, contact_day');
  }
}
