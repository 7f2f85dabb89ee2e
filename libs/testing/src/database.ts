import { randomBytes } from 'node:crypto';
import { Client } from 'pg';

/** A database of its own for one test file. */
export interface TestDatabase {
  /** Superuser, on the database of this test file. */
  url: string;
  /** Removes it, ending connections that are still open. */
  drop(): Promise<void>;
}

// Any number, the same for all: preparing makes roles, which belong to the whole cluster and not to one database.
const PREPARE_LOCK = 4_203_112;

/**
 * A fresh database, cloned from a template that `prepare` (migrations) filled once per run and `name`: a clone takes
 * about 50 ms, whatever the migrations take. `prepare` gets the template's URL, and must close its connections. Throws
 * in a spec for which no server was started, with what to name it.
 */
export async function testDatabase(name: string, prepare?: (url: string) => Promise<void>): Promise<TestDatabase> {
  const prefix = `emdia_${process.env.EMDIA_TEST_RUN}_${name.replace(/\W/g, '_').toLowerCase().slice(0, 30)}`;
  const database = `${prefix}_${randomBytes(4).toString('hex')}`;
  const template = prepare ? `${prefix}_template` : 'template0';
  await asAdmin(async (admin) => {
    if (prepare) await makeTemplate(admin, template, prepare);
    await admin.query(`create database "${database}" template "${template}"`);
  });
  return {
    url: urlOf(database),
    drop: () => asAdmin((admin) => admin.query(`drop database if exists "${database}" with (force)`)),
  };
}

async function makeTemplate(admin: Client, template: string, prepare: (url: string) => Promise<void>) {
  await admin.query('select pg_advisory_lock($1)', [PREPARE_LOCK]);
  try {
    const { rows } = await admin.query('select datallowconn from pg_database where datname = $1', [template]);
    if (rows.length === 1 && !rows[0].datallowconn) return;
    // One that still allows connections was left half made by a preparation that failed.
    await admin.query(`drop database if exists "${template}" with (force)`);
    await admin.query(`create database "${template}" template template0`);
    await prepare(urlOf(template));
    await admin.query(`alter database "${template}" allow_connections false`);
  } finally {
    await admin.query('select pg_advisory_unlock($1)', [PREPARE_LOCK]);
  }
}

function adminUrl(): string {
  const url = process.env.EMDIA_TEST_ADMIN_URL;
  if (!url) throw new Error('no database in this run: name a spec that needs one .int.spec.ts, .scenario.spec.ts or .kafka.spec.ts');
  return url;
}

function urlOf(database: string): string {
  const url = new URL(adminUrl());
  url.pathname = `/${database}`;
  return url.toString();
}

async function asAdmin(action: (admin: Client) => Promise<unknown>): Promise<void> {
  const admin = new Client({ connectionString: adminUrl() });
  await admin.connect();
  try {
    await action(admin);
  } finally {
    await admin.end();
  }
}
