import { Client } from 'pg';
import { testDatabase } from './database';

async function query(url: string, text: string) {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

describe('a database per test file', () => {
  it('prepares once, however many ask at once, and gives each a clone of its own', async () => {
    let prepared = 0;
    const prepare = async (url: string) => {
      prepared += 1;
      // Without the lock, the second to make the role would fail.
      await query(url, 'create role spec_clone; create table thing (a int); grant select on thing to spec_clone');
    };
    const clones = await Promise.all([1, 2, 3, 4].map(() => testDatabase('clones', prepare)));
    await query(clones[0]!.url, 'insert into thing values (1)');
    expect(prepared).toBe(1);
    expect(await query(clones[0]!.url, 'select count(*)::int as n from thing')).toEqual([{ n: 1 }]);
    expect(await query(clones[1]!.url, 'select count(*)::int as n from thing')).toEqual([{ n: 0 }]);
    await Promise.all(clones.map((clone) => clone.drop()));
    await query(process.env.EMDIA_TEST_ADMIN_URL!, 'select 1');
  });

  it('prepares again after a preparation that failed', async () => {
    const failing = testDatabase('again', async (url) => {
      await query(url, 'create table half (a int)');
      throw new Error('the migration is wrong');
    });
    await expect(failing).rejects.toThrow('the migration is wrong');
    const { url, drop } = await testDatabase('again', async (url) => void (await query(url, 'create table whole (a int)')));
    expect(await query(url, `select to_regclass('half') as half, to_regclass('whole')::text as whole`)).toEqual([
      { half: null, whole: 'whole' },
    ]);
    await drop();
  });

  it('drops while connections are open', async () => {
    const { url, drop } = await testDatabase('open');
    const client = new Client({ connectionString: url });
    client.on('error', () => undefined);
    await client.connect();
    await drop();
    await expect(query(url, 'select 1')).rejects.toThrow(/does not exist/);
  });
});
