import { Database } from '@emdia/database';
import { messagingMigrations } from '@emdia/messaging';
import { migrations } from '../src/migrations';

/** Makes the schema of this service in a test's database. */
export async function migrate(url: string): Promise<void> {
  const database = new Database({ url, schema: 'reconciliation' });
  await database.migrate([...messagingMigrations('reconciliation'), ...migrations]).finally(() => database.close());
}
