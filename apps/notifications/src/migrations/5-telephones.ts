import type { MigrationInterface, QueryRunner } from 'typeorm';

const channels = (table: string, names: readonly string[]) => `
  alter table ${table} drop constraint ${table}_channel_check, add constraint ${table}_channel_check check (channel in (${names.map((name) => `'${name}'`).join(', ')}));`;

/** Telephone numbers are closed like addresses, by their person or because they are somebody else's; and who said so. */
export class Telephones1700000001304 implements MigrationInterface {
  name = 'Telephones1700000001304';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`alter table closed_contact_point add column actor text; ${['opt_out', 'closed_contact_point'].map((table) => channels(table, ['email', 'phone'])).join('')}`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      delete from opt_out where channel = 'phone'; delete from closed_contact_point where channel = 'phone';
      alter table closed_contact_point drop column actor; ${['opt_out', 'closed_contact_point'].map((table) => channels(table, ['email'])).join('')}`);
  }
}
