import { Database } from '@emdia/database';
import { messagingMigrations } from '@emdia/messaging';
import { Reconciliation1700000001100 } from '../src/migrations/1700000001100-reconciliation';

/** Makes the schema of this service in a test's database. */
export async function migrate(url: string): Promise<void> {
  const database = new Database({ url, schema: 'reconciliation' });
  await database.migrate([...messagingMigrations('reconciliation'), Reconciliation1700000001100]).finally(() => database.close());
}
