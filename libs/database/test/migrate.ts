import type { MigrationInterface, QueryRunner } from 'typeorm';
import { Database } from '../src';

class CreateThing1700000000001 implements MigrationInterface {
  name = 'CreateThing1700000000001';
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('create table thing (a int)');
  }
  async down(): Promise<void> {}
}

/** A process that prepares its schema, as each service does at start: `migrate.ts <url>`. */
async function main(): Promise<void> {
  const database = new Database({ url: process.argv[2]!, schema: 'crowd' });
  await database.migrate([CreateThing1700000000001]);
  await database.close();
}

main().catch((error: Error) => {
  process.stderr.write(error.message);
  process.exitCode = 1;
});
