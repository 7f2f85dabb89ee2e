import { Injectable } from '@nestjs/common';
import type { CivilDate } from '@emdia/calendar';
import { referenceKey } from '@emdia/contracts';
import { Database } from '@emdia/database';
import { type Found, ledgerId, type Placed, type Received } from './batch';
import { type KnownRow, referencesIn } from './row';
import type { KeptRow, StoredFile } from './stored-file';
import { ROW_COLUMNS } from './stored-files';

const KEPT = `select ${ROW_COLUMNS} from bank_row where creditor_id = $1 and source = $2 and row_id = any($3::uuid[])`;
const CLAIMED = 'select key from account where key = any($1::text[]) and claimed_by is not null';
const RECEIVED = 'select payment_id, account_key, reference, tellings from payment where creditor_id = $1 and source = $2 and payment_id = any($3::text[]) and received_cents > 0';
const REVERSIBLE = `
  select ${ROW_COLUMNS} from bank_row where creditor_id = $1 and source = $2 and state = 'posted' and (payment_id = any($3::text[]) or our_number = any($4::text[]))
  order by paid_date desc, row_id`;
const SAME_NUMBER = `
  select r.row_id, r.our_number, f.name from bank_file f join bank_row r using (file_id)
  where f.creditor_id = $1 and f.source = $2 and f.file_id <> $3 and f.read ->> 'number' = $4 and f.status in ('posting', 'matching', 'posted')
    and r.state in ('posted', 'awaiting') and r.our_number = any($5::text[])`;
const PLACED = `
  select ${ROW_COLUMNS.split(/,\s+/).map((column) => `r.${column}`).join(', ')}, p.account_key,
    (select coalesce(json_agg(json_build_object('file_id', f.file_id, 'line', o -> 'line', 'credited', o -> 'credited', 'status', f.status) order by f.received_at, f.file_id), '[]')
       from jsonb_array_elements(r.others) o join bank_file f on f.file_id = (o ->> 'file_id')::uuid
       where f.status in ('posting', 'matching', 'posted', 'holding', 'needs-confirmation')) as tellers
  from (select * from bank_row where file_id = $1 and (state in ('posted', 'awaiting', 'held', 'returned') or (state = 'left' and payment_id is not null)) and (line, row_id) > ($3, $4::uuid) order by line, row_id limit $2) r
  left join payment p on p.creditor_id = r.creditor_id and p.source = r.source and p.payment_id = r.payment_id`;

const FIRST = { line: -1, row_id: '00000000-0000-0000-0000-000000000000' };

/** Reads what has to be known before rows are taken in or back; all of it may be outdated a moment later, and then the transaction fails. */
@Injectable()
export class LookUp {
  constructor(private readonly database: Database) {}

  async found(file: StoredFile, rows: readonly KnownRow[]): Promise<Found> {
    const { creditor_id, source } = file;
    const keys = new Map(rows.flatMap((row) => referencesIn(row) ?? []).map((reference) => [referenceKey(creditor_id, reference), reference]));
    const reversals = rows.flatMap((row) => (row.said.kind === 'reversed' ? [{ of: row.said.of, our_number: row.our_number }] : []));
    const [kept, claimed, received, reversible] = await Promise.all([
      this.database.query<KeptRow>(KEPT, [creditor_id, source, rows.map(({ row_id }) => row_id)]),
      keys.size === 0 ? [] : this.database.query<{ key: string }>(CLAIMED, [[...keys.keys()]]),
      this.database.query<Received>(RECEIVED, [creditor_id, source, [...rows.map((row) => ledgerId(file, row)), ...reversals.map(({ of }) => of)]]),
      reversals.length === 0 ? [] : this.database.query<KeptRow>(REVERSIBLE, [creditor_id, source, reversals.map(({ of }) => of), reversals.map(({ our_number }) => our_number)]),
    ]);
    const byNumber = new Map<string, KeptRow[]>();
    for (const row of reversible) if (row.our_number !== null) byNumber.set(row.our_number, [...(byNumber.get(row.our_number) ?? []), row]);
    return {
      kept: new Map(kept.map((row) => [row.row_id, row])),
      claimed: new Set(claimed.map(({ key }) => keys.get(key)!)),
      received: new Map(received.map((each) => [each.payment_id, each])),
      payments: new Map(reversible.map((row) => [row.payment_id!, row])),
      byNumber,
    };
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
  async corrected({ file_id, creditor_id, source }: StoredFile, number: string | null, rows: readonly KnownRow[]): Promise<string | null> {
    if (number === null) return null;
    const own = new Set(rows.map(({ row_id }) => row_id));
    const numbers = rows.flatMap(({ said, our_number }) => ('money' in said && our_number !== null ? [our_number] : []));
    const earlier = await this.database.look<{ row_id: string; our_number: string; name: string }>(SAME_NUMBER, [creditor_id, source, file_id, number, numbers]);
    const known = new Set(earlier.map(({ row_id }) => row_id));
    const fresh = new Set(rows.flatMap(({ row_id, said, our_number }) => ('money' in said && !known.has(row_id) ? [our_number] : [])));
    return earlier.find(({ row_id, our_number }) => !own.has(row_id) && fresh.has(our_number))?.name ?? null;
  }

  /** Until when the other posted files of a file's source have told everything, those left out that tell of later days alone. */
  async coveredBefore({ file_id, creditor_id, source, covered_until }: StoredFile): Promise<CivilDate | null> {
    const [row] = await this.database.query<{ until: CivilDate | null }>(
      `select max(covered_until)::text as until from bank_file where creditor_id = $1 and source = $2 and file_id <> $3 and status = 'posted' and covered_until <= $4`,
      [creditor_id, source, file_id, covered_until]);
    return row!.until;
  }

  /** The partitions of billing's topic on which a declared source's coverage is known. */
  async partitions({ creditor_id, source }: StoredFile): Promise<number[]> {
    const rows = await this.database.query<{ partition: number }>('select partition from coverage where creditor_id = $1 and source = $2 order by partition', [creditor_id, source]);
    return rows.map(({ partition }) => partition);
  }
}
