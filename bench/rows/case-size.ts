import { Client } from 'pg';
import { FIRST_DUE_DATES, RECORDED_AT } from '../dunning-book';
import type { Measurement, Sample } from '../measurement';
import type { Bench } from '../surroundings';
import { bookOf, Sweeper, type Sweeping } from '../sweep/sweeper';

const SIZES = { usual: [100_000, 1_000_000], quick: [100_000, 300_000] } as const;

interface Table {
  readonly name: string;
  readonly rows: number;
  readonly heap: number;
  readonly indexes: number;
}

/** Rows and bytes of the tables that grow with cases; partitions are counted together, the outbox is left out, whose rows go when they are published. */
async function tablesOf(url: string): Promise<Table[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query('vacuum (analyze)');
    const { rows } = await client.query<Record<'name' | 'rows' | 'heap' | 'indexes', string>>(`
      select coalesce(p.relname, c.relname) as name, sum(c.reltuples::bigint) as rows, sum(pg_table_size(c.oid)) as heap, sum(pg_indexes_size(c.oid)) as indexes
      from pg_class c left join pg_inherits i on i.inhrelid = c.oid left join pg_class p on p.oid = i.inhparent
      where c.relnamespace = 'dunning'::regnamespace and c.relkind = 'r' and c.relname <> 'outbox'
      group by 1 having sum(c.reltuples) > 100 order by 1`);
    return rows.map(({ name, rows: count, heap, indexes }) => ({ name, rows: Number(count), heap: Number(heap), indexes: Number(indexes) }));
  } finally {
    await client.end();
  }
}

const bytes = (tables: readonly Table[]): number => tables.reduce((sum, { heap, indexes }) => sum + heap + indexes, 0);

interface Sized {
  readonly cases: number;
  readonly before: readonly Table[];
  readonly after: readonly Table[];
  readonly sweeping: Sweeping;
}

/** A book before and after each of its cases was written to once. */
async function sized(bench: Bench, cases: number): Promise<Sized> {
  const plan = { due_dates: FIRST_DUE_DATES, now: RECORDED_AT };
  const [warm, database] = [await Sweeper.warm(bench, plan), await bookOf(bench, `sized_${cases}`, { ...plan, cases })];
  const before = await tablesOf(database.url);
  const sweeper = await Sweeper.open(bench, warm, database);
  await bench.checkpoint();
  const sweeping = await sweeper.sweep(cases).finally(() => sweeper.close());
  const after = await tablesOf(database.url);
  await Promise.all([warm.drop(), database.drop()]);
  return { cases, before, after, sweeping };
}

function told({ cases, before, after, sweeping }: Sized): Record<string, number> {
  const of = `${cases / 1_000}k cases`;
  return {
    [`${of}: bytes per case before any message`]: bytes(before) / cases, [`${of}: after one`]: bytes(after) / cases, [`${of}: due actions/s`]: sweeping.per_second,
    ...Object.fromEntries(after.flatMap(({ name, rows, heap, indexes }) => [[`${of}: ${name} heap bytes per row`, heap / rows], [`${of}: ${name} index bytes per row`, indexes / rows]])),
  };
}

/** What a case weighs in its tables, small book and large. */
export const caseSize: Measurement = {
  rows: [
    {
      id: 'case-bytes', title: 'bytes of an open case in its tables, after one message', unit: 'bytes', better: 'lower', target: null, floor: null, large: true,
      notes: 'Heap and indexes of the schema dunning without its outbox, vacuumed; each case has one receivable and one due action, and after the sweep one notice with one covered step. The larger book is the value. Seeded by SQL as the decisions make the rows, then swept once by the product; measured once per run.',
    },
  ],
  async open(bench) {
    const samples: Sized[] = [];
    for (const cases of SIZES[bench.quick ? 'quick' : 'usual']) samples.push(await sized(bench, cases));
    const large = samples.at(-1)!;
    const sample: Sample = { value: bytes(large.after) / large.cases, cpu_us_per_event: large.sweeping.cpu_us, beside: Object.assign({}, ...samples.map(told)) as Record<string, number> };
    return { repeat: async () => ({ 'case-bytes': sample }), close: async () => undefined };
  },
};
