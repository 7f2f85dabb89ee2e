import type { MigrationInterface, QueryRunner } from 'typeorm';
import { Database } from '../src';

class CreateThing1700000000001 implements MigrationInterface {
  name = 'CreateThing1700000000001';
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('create table thing (a int)');
  }
  async down(): Promise<void> {}
}

/** Ends the connection that waits, with the lock of all starts, until the migrations are done. */
class CutTheWaiting1700000000002 implements MigrationInterface {
  name = 'CutTheWaiting1700000000002';
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('set local role none');
    await runner.query(`select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and pid <> pg_backend_pid()`);
    await runner.query('select pg_sleep(0.3)');
  }
  async down(): Promise<void> {}
}

/** A process that prepares its schema, as each service does at start: `migrate.ts <url> [cut]`. */
async function main(): Promise<void> {
  const [, , url, cut] = process.argv;
  const database = new Database({ url: url!, schema: 'crowd' });
  await database.migrate(cut ? [CreateThing1700000000001, CutTheWaiting1700000000002] : [CreateThing1700000000001]);
  await database.close();
}

main().catch((error: Error) => {
  process.stderr.write(error.message);
  process.exitCode = 1;
});
