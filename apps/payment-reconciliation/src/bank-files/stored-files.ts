import { Injectable } from '@nestjs/common';
import { bulk, type Column, type Tx } from '@emdia/database';
import type { Store } from '@emdia/messaging';
import type { KeptRow, StoredFile } from './stored-file';

export const FILE_COLUMNS = `file_id, creditor_id, source, name, size_bytes, actor, received_at, status, read, rows, rows_done, counts,
  posted_cents::float8 as posted_cents, covered_until::text as covered_until, decided_by, concluded_at`;

export const ROW_COLUMNS = `row_id, file_id, line, state, payment_id, reference, our_number, amount_cents::float8 as amount_cents,
  paid_date::text as paid_date, credit_date::text as credit_date, reason, others`;

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
  ['rows_done', 'int', ({ rows_done }) => rows_done],
  ['counts', 'jsonb', ({ counts }) => counts],
  ['posted_cents', 'bigint', ({ posted_cents }) => posted_cents],
  ['covered_until', 'date', ({ covered_until }) => covered_until],
  ['decided_by', 'text', ({ decided_by }) => decided_by],
  ['concluded_at', 'timestamptz', ({ concluded_at }) => concluded_at],
];

interface RowOf {
  readonly file: StoredFile;
  readonly row: KeptRow;
}

const saveFiles = bulk('bank_file', ['file_id'], FILE);
const saveRows = bulk<RowOf>('bank_row', ['creditor_id', 'source', 'row_id'], [
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
