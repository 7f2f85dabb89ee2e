import type { ClientBase } from 'pg';

/** The three roles of a schema: `owner` migrates, `stream` handles batches that mix creditors, `api` sees one creditor. */
export const roleOf = (schema: string, part: 'owner' | 'stream' | 'api'): string => `emdia_${schema}_${part}`;

/** The role that reads every schema and writes none. */
export const AUDITOR_ROLE = 'emdia_auditor';

/** Any number will do as long as nothing else in the database takes it: bootstraps and migrations queue on it. */
const BOOTSTRAP_LOCK = 7_311_944_201;
const ATTEMPTS_MAX = 20;

/** Creates a role where it lacks and lets the current user become it; a superuser may anyway. */
const role = (name: string) => `do $$ begin
  if not exists (select from pg_roles where rolname = '${name}') then create role ${name} nologin; end if;
  if not pg_has_role(current_user, '${name}', 'SET') then grant ${name} to current_user; end if;
exception when duplicate_object or unique_violation then null; end $$`;

/**
 * Creates a schema and its roles where they lack, as a user that may create roles, and goes on with `then` (migrations)
 * while other processes of this database wait. In production deploy/postgres/roles.sql does this.
 */
export async function bootstrap(client: ClientBase, schema: string, then: () => Promise<void> = async () => undefined): Promise<void> {
  await client.query('select pg_advisory_lock($1)', [BOOTSTRAP_LOCK]);
  try {
    // A login that may only become the roles of its own schema finds the schema made (deploy/postgres/roles.sql).
    const { rows } = await client.query<{ made: boolean }>('select to_regnamespace($1) is not null as made', [schema]);
    if (!rows[0]!.made) {
      await makeRoles(client, schema);
      await makeSchema(client, schema);
    }
    await then();
  } finally {
    await client.query('select pg_advisory_unlock($1)', [BOOTSTRAP_LOCK]);
  }
}

/** Roles belong to the cluster and the lock to one database: processes on another may collide here, and try again. */
async function makeRoles(client: ClientBase, schema: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      for (const name of [roleOf(schema, 'owner'), roleOf(schema, 'stream'), roleOf(schema, 'api'), AUDITOR_ROLE]) await client.query(role(name));
      return;
    } catch (error) {
      // XX000 is "tuple concurrently updated".
      if (attempt >= ATTEMPTS_MAX || (error as { code?: string }).code !== 'XX000') throw error;
    }
  }
}

async function makeSchema(client: ClientBase, schema: string): Promise<void> {
  const [owner, stream, api] = [roleOf(schema, 'owner'), roleOf(schema, 'stream'), roleOf(schema, 'api')];
  await client.query(`create schema if not exists ${schema} authorization ${owner}`);
  await client.query(`grant usage on schema ${schema} to ${stream}, ${api}, ${AUDITOR_ROLE}`);
  await client.query(`alter default privileges for role ${owner} in schema ${schema} grant select, insert, update, delete on tables to ${stream}`);
  await client.query(`alter default privileges for role ${owner} in schema ${schema} grant usage on sequences to ${stream}, ${api}`);
  await client.query(`alter default privileges for role ${owner} in schema ${schema} grant select on tables to ${AUDITOR_ROLE}`);
}

/**
 * SQL that fences a table with a `creditor_id` column: the api role sees and writes rows of its creditor only
 * (`emdia.creditor_id`, set per transaction), even if a query forgets to ask; stream and auditor see all.
 */
export function fence(schema: string, table: string, apiMay = 'select, insert, update'): string {
  const ours = `creditor_id = current_setting('emdia.creditor_id', true)`;
  return `
    alter table ${table} enable row level security;
    alter table ${table} force row level security;
    create policy one_creditor on ${table} to ${roleOf(schema, 'api')} using (${ours}) with check (${ours});
    create policy every_creditor on ${table} to ${roleOf(schema, 'stream')}, ${roleOf(schema, 'owner')} using (true) with check (true);
    create policy audit on ${table} for select to ${AUDITOR_ROLE} using (true);
    grant ${apiMay} on ${table} to ${roleOf(schema, 'api')};`;
}
