import { Injectable } from '@nestjs/common';
import type { CivilDate } from '@emdia/calendar';
import { bulk, bulkSince, type Column, type Tx } from '@emdia/database';
import { Forbidden, Outdated, step, type Step, type Store } from '@emdia/messaging';
import { type KeptRow, OUTCOMES, type StoredFile, TAKEN_OVER, type TakenBatch } from './stored-file';

const OF_BATCHES = 'from bank_file_batch b where b.file_id = bank_file.file_id and b.pass = bank_file.pass';

export const FILE_COLUMNS = `file_id, creditor_id, source, name, size_bytes, actor, received_at, status, read, rows, pass, moved_cents::float8 as moved_cents, covered_until::text as covered_until, decided_by, concluded_at,
  (select coalesce(sum(b.rows), 0)::int ${OF_BATCHES}) as rows_done, (select moved_cents + coalesce(sum(b.posted_cents), 0) ${OF_BATCHES})::float8 as posted_cents,
  (select jsonb_build_object(${OUTCOMES.map((outcome) => `'${outcome}', coalesce(sum((b.counts->>'${outcome}')::int), 0)`).join(', ')}) ${OF_BATCHES}) as counts`;

export const ROW_COLUMNS = `row_id, file_id, line, state, payment_id, reference, our_number, amount_cents::float8 as amount_cents,
  paid_date::text as paid_date, credit_date::text as credit_date, reason, others, xmin::text as version`;

const FILE: readonly Column<StoredFile>[] = [
  ['file_id', 'uuid', ({ file_id }) => file_id],
  ['creditor_id', 'text', ({ creditor_id }) => creditor_id],
  ['source', 'text', ({ source }) => source],
  ['name', 'text', ({ name }) => name],
  ['size_bytes', 'int', ({ size_bytes }) => size_bytes],
  ['actor', 'text', ({ actor }) => actor],
  ['received_at', 'timestamptz', ({ received_at }) => received_at],
  ['status', 'text', ({ status }) => status],
  ['read', 'jsonb', ({ read }) => read],
  ['rows', 'int', ({ rows }) => rows],
  ['pass', 'int', ({ pass }) => pass],
  ['moved_cents', 'bigint', ({ moved_cents }) => moved_cents],
  ['covered_until', 'date', ({ covered_until }) => covered_until],
  ['decided_by', 'text', ({ decided_by }) => decided_by],
  ['concluded_at', 'timestamptz', ({ concluded_at }) => concluded_at],
];

interface RowOf {
  readonly file: TakenBatch['file'];
  readonly row: KeptRow;
}

const saveFiles = bulk('bank_file', ['file_id'], FILE);
const writeRows = bulkSince<RowOf>('bank_row', ['creditor_id', 'source', 'row_id'], [
  ['creditor_id', 'text', ({ file }) => file.creditor_id],
  ['source', 'text', ({ file }) => file.source],
  ['row_id', 'uuid', ({ row }) => row.row_id],
  ['file_id', 'uuid', ({ row }) => row.file_id],
  ['line', 'int', ({ row }) => row.line],
  ['state', 'text', ({ row }) => row.state],
  ['payment_id', 'text', ({ row }) => row.payment_id],
  ['reference', 'text', ({ row }) => row.reference],
  ['our_number', 'text', ({ row }) => row.our_number],
  ['amount_cents', 'bigint', ({ row }) => row.amount_cents],
  ['paid_date', 'date', ({ row }) => row.paid_date],
  ['credit_date', 'date', ({ row }) => row.credit_date],
  ['reason', 'text', ({ row }) => row.reason],
  ['others', 'jsonb', ({ row }) => row.others],
]);

/** Throws Outdated where a row is not as it was when this was decided: two files that tell it, one posted and one undone, would each rely on what the other has just changed. */
async function saveRows(tx: Tx, rows: readonly RowOf[]): Promise<void> {
  if ((await writeRows(tx, rows, rows.flatMap(({ row }) => row.version ?? []))) < rows.length) throw new Outdated('a row was decided on meanwhile, with another file');
}

/** Files by id, null before they came, and with them the rows that a decision adds. Reading the rows is not its work: a file has a hundred thousand. */
@Injectable()
export class StoredFiles implements Store<StoredFile | null> {
  readonly name = 'bank_file';

  async load(tx: Tx, keys: readonly string[]): Promise<Map<string, StoredFile | null>> {
    const files = await tx.query<StoredFile>(`select ${FILE_COLUMNS} from bank_file where file_id = any($1::uuid[]) order by file_id for update`, [keys]);
    return new Map<string, StoredFile | null>([...keys.map((key) => [key, null] as const), ...files.map((file) => [file.file_id, { ...file, unsaved: [] }] as const)]);
  }

  async save(tx: Tx, changed: ReadonlyMap<string, StoredFile | null>): Promise<void> {
    const files = [...changed.values()].filter((file) => file !== null);
    await saveFiles(tx, files);
    await saveRows(tx, files.flatMap((file) => file.unsaved.map((row) => ({ file, row }))));
  }
}

/** Batches by file, pass and first row. That one was not taken in before is said by its key, when it is written. */
@Injectable()
export class Batches implements Store<TakenBatch | null> {
  readonly name = 'bank_file_batch';

  async load(_: Tx, keys: readonly string[]): Promise<Map<string, TakenBatch | null>> {
    return new Map(keys.map((key) => [key, null]));
  }

  /** Throws Forbidden where another worker was here first: of two that have the same rows in hand one writes, and the other nothing at all. */
  async save(tx: Tx, changed: ReadonlyMap<string, TakenBatch | null>): Promise<void> {
    for (const batch of changed.values()) {
      const { file, from_row, rows, counts, posted_cents, kept } = batch!;
      const mine = await tx.query(
        'insert into bank_file_batch (file_id, pass, from_row, rows, creditor_id, counts, posted_cents) values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing returning from_row',
        [file.file_id, file.pass, from_row, rows, file.creditor_id, counts, posted_cents]);
      if (mine.length === 0) throw new Forbidden(TAKEN_OVER, 'Another worker has taken these rows in.');
      await saveRows(tx, kept.map((row) => ({ file, row })));
    }
  }
}

export const batchKey = ({ file: { file_id, pass }, from_row }: TakenBatch): string => `${file_id} ${pass} ${from_row}`;

type Covering = Pick<StoredFile, 'file_id' | 'creditor_id' | 'source' | 'covered_until'>;

const COVERED_BESIDE = `
  select covered_until::text as until from bank_file
  where creditor_id = $1 and source = $2 and file_id <> $3 and status = 'posted' and covered_until <= $4 order by bank_file.covered_until desc limit 1`;

/** Until when the other files of a file's source have told everything, those left out that tell of later days alone. */
export async function coveredBeside(tx: Pick<Tx, 'query'>, { creditor_id, source, file_id, covered_until }: Covering): Promise<CivilDate | null> {
  return (await tx.query<{ until: CivilDate }>(COVERED_BESIDE, [creditor_id, source, file_id, covered_until]))[0]?.until ?? null;
}

/** How far the files beside one cover, read once its source's coverage is locked (stores are loaded in the order of their names): whoever begins or ceases to cover a day locks that too. */
@Injectable()
export class CoveredBeside implements Store<CivilDate | null> {
  readonly name = 'covered-beside';

  async load(tx: Tx, keys: readonly string[]): Promise<Map<string, CivilDate | null>> {
    return new Map(await Promise.all(keys.map(async (key) => [key, await coveredBeside(tx, JSON.parse(key) as Covering)] as const)));
  }

  async save(): Promise<void> {}

  /** Throws Outdated where the files beside do not cover until then any more, or cover more. */
  still({ file_id, creditor_id, source, covered_until }: StoredFile, until: CivilDate | null): Step<CivilDate | null> {
    const key = JSON.stringify({ file_id, creditor_id, source, covered_until });
    return step<CivilDate | null>(this, key, (now) => {
      if (now !== until) throw new Outdated(`other files cover until ${now} and no longer until ${until}`);
      return { ignored: 'still' };
    });
  }
}
