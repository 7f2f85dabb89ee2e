import { Injectable } from '@nestjs/common';
import type { CivilDate } from '@emdia/calendar';
import { referenceKey } from '@emdia/contracts';
import { Database } from '@emdia/database';
import { type Found, ledgerId, type Placed, type Received } from './batch';
import { type KnownRow, referencesIn } from './row';
import type { KeptRow, StoredFile } from './stored-file';
import { coveredBeside, ROW_COLUMNS } from './stored-files';

const KEPT = `select ${ROW_COLUMNS} from bank_row where creditor_id = $1 and source = $2 and row_id = any($3::uuid[])`;
const CLAIMED = 'select key, claimed_by from account where key = any($1::text[]) and claimed_by is not null';
const RECEIVED = 'select payment_id, account_key, reference, tellings, received_cents::float8 as received_cents from payment where creditor_id = $1 and source = $2 and payment_id = any($3::text[]) and received_cents > 0';
const REVERSIBLE = `
  select * from (
    select ${ROW_COLUMNS}, (select sum(p.received_cents) filter (where p.received_cents > 0) - sum(p.refunded_cents) from payment p
      where p.creditor_id = bank_row.creditor_id and p.source = bank_row.source and p.payment_id = bank_row.payment_id)::float8 as left_cents
    from bank_row where creditor_id = $1 and source = $2 and state = 'posted' and ((payment_id = any($3::text[]) and payment_id <> row_id::text) or our_number = any($4::text[]))) r
  where left_cents is not null order by paid_date desc, row_id`;
const SAME_NUMBER = `f.creditor_id = $1 and f.source = $2 and f.file_id <> $3 and f.read ->> 'number' = $4 and f.status in ('posting', 'matching', 'posted')`;
const SAME_TITLES = `
  select r.row_id, r.our_number, f.name from bank_file f join bank_row r using (file_id)
  where ${SAME_NUMBER} and r.state in ('posted', 'awaiting') and r.our_number = any($5::text[])`;
const TAKEN = 'select from_row, rows from bank_file_batch where file_id = $1 and pass = $2';
const PLACED = `
  select ${ROW_COLUMNS.split(/,\s+/).map((column) => `r.${column}`).join(', ')}, p.account_key,
    (select coalesce(json_agg(json_build_object('file_id', f.file_id, 'line', o -> 'line', 'credited', o -> 'credited', 'status', f.status) order by f.received_at, f.file_id), '[]')
       from jsonb_array_elements(r.others) o join bank_file f on f.file_id = (o ->> 'file_id')::uuid
       where f.status in ('posting', 'matching', 'posted', 'holding', 'needs-confirmation')) as tellers
  from (select *, xmin from bank_row where file_id = $1 and (state in ('posted', 'awaiting', 'held', 'returned') or (state = 'left' and payment_id is not null)) and (line, row_id) > ($3, $4::uuid) order by line, row_id limit $2) r
  left join payment p on p.creditor_id = r.creditor_id and p.source = r.source and p.payment_id = r.payment_id`;

const FIRST = { line: -1, row_id: '00000000-0000-0000-0000-000000000000' };

/** Reads what has to be known before rows are taken in or back; all of it may be outdated a moment later, and then the transaction fails. */
@Injectable()
export class LookUp {
  constructor(private readonly database: Database) {}

  async found(file: StoredFile, rows: readonly KnownRow[]): Promise<Found> {
    const { creditor_id, source } = file;
    const reversals = rows.flatMap((row) => (row.said.kind === 'reversed' ? [{ of: row.said.of, our_number: row.our_number }] : []));
    const [kept, claimed, received, reversible] = await Promise.all([
      this.database.query<KeptRow>(KEPT, [creditor_id, source, rows.map(({ row_id }) => row_id)]),
      this.claimed(creditor_id, rows.map((row) => referencesIn(row) ?? [])),
      this.database.query<Received>(RECEIVED, [creditor_id, source, [...rows.map((row) => ledgerId(file, row)), ...reversals.map(({ of }) => of)]]),
      reversals.length === 0 ? [] : this.database.query<KeptRow & { readonly left_cents: number }>(REVERSIBLE, [creditor_id, source, reversals.map(({ of }) => of), reversals.map(({ our_number }) => our_number)]),
    ]);
    const byNumber = new Map<string, KeptRow[]>();
    for (const row of reversible) if (row.our_number !== null && row.left_cents >= row.amount_cents!) byNumber.set(row.our_number, [...(byNumber.get(row.our_number) ?? []), row]);
    return {
      kept: new Map(kept.map((row) => [row.row_id, row])),
      claimed,
      received: new Map(received.map((each) => [each.payment_id, each])),
      payments: new Map(reversible.map((row) => [row.payment_id!, row])),
      byNumber,
    };
  }

  /** The surest references first: of most rows the others need not be asked for. */
  private async claimed(creditorId: string, references: readonly (readonly string[])[]): Promise<ReadonlyMap<string, string>> {
    const found = new Map<string, string>();
    const ask = async (asked: readonly string[]) => {
      const keys = new Map(asked.map((reference) => [referenceKey(creditorId, reference), reference]));
      if (keys.size === 0) return;
      for (const { key, claimed_by } of await this.database.query<{ key: string; claimed_by: string }>(CLAIMED, [[...keys.keys()]])) found.set(keys.get(key)!, claimed_by);
    };
    await ask(references.flatMap(([first]) => first ?? []));
    await ask(references.filter(([first]) => first !== undefined && !found.has(first)).flatMap(([, ...others]) => others));
    return found;
  }

  /** How many rows were taken in together, by the first of them. */
  async taken({ file_id, pass }: StoredFile): Promise<Map<number, number>> {
    const batches = await this.database.query<{ from_row: number; rows: number }>(TAKEN, [file_id, pass]);
    return new Map(batches.map(({ from_row, rows }) => [from_row, rows]));
  }

  /** Rows of a file that did something which is to be taken back, by line, from the one after `last` on. */
  async placed(fileId: string, limit: number, last?: Placed): Promise<Placed[]> {
    const { line, row_id } = last?.row ?? FIRST;
    const rows = await this.database.query<KeptRow & Omit<Placed, 'row'>>(PLACED, [fileId, limit, line, row_id]);
    return rows.map(({ account_key, tellers, ...row }) => ({ row, account_key, tellers }));
  }

  /**
   * The name of a posted file that this one corrects: of the same number, it tells a title otherwise than this one. Null where there is none: banks give one number
   * to several files, and send again what they sent, with more.
   */
  async corrected({ file_id, creditor_id, source }: StoredFile, number: string | null, slices: AsyncIterable<readonly KnownRow[]>): Promise<string | null> {
    const same = [creditor_id, source, file_id, number];
    if (number === null || (await this.database.query(`select from bank_file f where ${SAME_NUMBER} limit 1`, same)).length === 0) return null;
    const own = new Map<string, string | null>();
    for await (const rows of slices) for (const { row_id, said, our_number } of rows) own.set(row_id, 'money' in said ? our_number : null);
    const numbers = [...own.values()].filter((each) => each !== null);
    const earlier = await this.database.look<{ row_id: string; our_number: string; name: string }>(SAME_TITLES, [...same, numbers]);
    const known = new Set(earlier.map(({ row_id }) => row_id));
    const fresh = new Set([...own].flatMap(([row_id, our_number]) => (known.has(row_id) ? [] : [our_number])));
    return earlier.find(({ row_id, our_number }) => !own.has(row_id) && fresh.has(our_number))?.name ?? null;
  }

  /** Until when the other files of a file's source have told everything, those left out that tell of later days alone. */
  coveredBeside(file: StoredFile): Promise<CivilDate | null> {
    return coveredBeside(this.database, file);
  }

  /** The partitions of billing's topic on which a declared source's coverage is known. */
  async partitions({ creditor_id, source }: StoredFile): Promise<number[]> {
    const rows = await this.database.query<{ partition: number }>('select partition from coverage where creditor_id = $1 and source = $2 order by partition', [creditor_id, source]);
    return rows.map(({ partition }) => partition);
  }
}
