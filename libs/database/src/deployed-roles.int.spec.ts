import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { messagingMigrations } from '@emdia/messaging';
import { testDatabase, type TestDatabase } from '@emdia/testing';
import { Client } from 'pg';
import { Database } from './index';

const SCRIPT = readFileSync(path.join(__dirname, '../../../deploy/postgres/roles.sql'), 'utf8');

/** Roles belong to the cluster: another spec may change the same ones just then. */
async function repeated(work: () => Promise<unknown>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await work();
      return;
    } catch (error) {
      if (attempt >= 20 || !['XX000', '23505'].includes((error as { code?: string }).code ?? '')) throw error;
    }
  }
}

describe('deploy/postgres/roles.sql', () => {
  const password = randomBytes(12).toString('hex');
  let test: TestDatabase;
  let admin: Client;
  let url: string;

  beforeAll(async () => {
    test = await testDatabase('deployed');
    admin = new Client({ connectionString: test.url });
    await admin.connect();
    await repeated(() => admin.query(SCRIPT));
    await repeated(() => admin.query(SCRIPT));
    await repeated(() => admin.query(`alter role emdia_billing password '${password}'`));
    const address = new URL(test.url);
    address.username = 'emdia_billing';
    address.password = password;
    url = address.toString();
  });
  afterAll(async () => {
    await repeated(() => admin.query('alter role emdia_billing nologin password null'));
    await admin.end();
    await test.drop();
  });

  it('lets a service with a login of its own migrate and work', async () => {
    const database = new Database({ url, schema: 'billing' });
    await database.migrate(messagingMigrations('billing'));
    await database.migrate(messagingMigrations('billing'));
    expect(await database.query('select count(*)::int as n from outbox')).toEqual([{ n: 0 }]);
    expect(await database.transactionOf('acme', (tx) => tx.query('select count(*)::int as n from idempotency'))).toEqual([{ n: 0 }]);
    await database.close();
  });

  it.each(['emdia_reconciliation_stream', 'emdia_reconciliation_owner', 'emdia_auditor', 'postgres'])('does not let it become %s', async (role) => {
    const client = new Client({ connectionString: url });
    await client.connect();
    await expect(client.query(`set role ${role}`)).rejects.toThrow('permission denied to set role');
    await client.end();
  });
});
